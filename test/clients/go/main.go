// Uses go-salesforce with an access token or with its own JWT login, and prints what it finds as JSON.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	salesforce "github.com/k-capehart/go-salesforce/v3"
)

type account struct {
	Name string
}

func main() {
	creds := salesforce.Creds{Domain: os.Getenv("INSTANCE_URL"), AccessToken: os.Getenv("ACCESS_TOKEN")}
	if creds.AccessToken == "" {
		creds = salesforce.Creds{
			Domain:         os.Getenv("LOGIN_URL"),
			Username:       os.Getenv("SALESFORCE_USERNAME"),
			ConsumerKey:    os.Getenv("CONSUMER_KEY"),
			ConsumerRSAPem: os.Getenv("PRIVATE_KEY"),
		}
	}
	// Its own transport doesn't use a proxy.
	client, err := salesforce.Init(creds, salesforce.WithRoundTripper(http.DefaultTransport))
	if err != nil {
		log.Fatal(err)
	}
	accounts := []account{}
	if err := client.Query("SELECT Name FROM Account", &accounts); err != nil {
		log.Fatal(err)
	}
	names := []string{}
	for _, found := range accounts {
		names = append(names, found.Name)
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"accounts": names}); err != nil {
		log.Fatal(err)
	}
}
