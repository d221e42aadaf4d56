import java.io.FileInputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.text.MessageFormat;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Sends what Salesforce's own Java sample sends, field for field (Salesforce help, "OAuth 2.0 JWT Bearer Flow for
 * Server-to-Server Integration"): spaces in the claims, and exp as a string, five minutes ahead.
 */
public class JavaSample {
  private static final String CLAIMS = "'{'\"iss\": \"{0}\", \"sub\": \"{1}\", \"aud\": \"{2}\", \"exp\": \"{3}\"'}'";

  public static void main(String[] args) throws Exception {
    String loginUrl = System.getenv("LOGIN_URL");
    String expiry = Long.toString(System.currentTimeMillis() / 1000 + 300);
    String claims =
        MessageFormat.format(CLAIMS, System.getenv("CONSUMER_KEY"), System.getenv("SALESFORCE_USERNAME"), loginUrl, expiry);
    String signed = encode("{\"alg\":\"RS256\"}".getBytes("UTF-8")) + "." + encode(claims.getBytes("UTF-8"));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(privateKey());
    signature.update(signed.getBytes("UTF-8"));
    String assertion = signed + "." + encode(signature.sign());

    HttpClient client = client();
    String form = "grant_type=" + URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", "UTF-8") + "&assertion=" + assertion;
    String grant =
        client
            .send(
                HttpRequest.newBuilder(URI.create(loginUrl + "/services/oauth2/token"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    String query = "/services/data/v60.0/query?q=" + URLEncoder.encode("SELECT Name FROM Account", "UTF-8");
    String accounts =
        client
            .send(
                HttpRequest.newBuilder(URI.create(field(grant, "instance_url") + query))
                    .header("Authorization", "Bearer " + field(grant, "access_token"))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    Matcher names = Pattern.compile("\"Name\":\"([^\"]*)\"").matcher(accounts);
    StringBuilder found = new StringBuilder();
    while (names.find()) found.append(found.length() == 0 ? "" : ",").append('"').append(names.group(1)).append('"');
    System.out.println("{\"accounts\":[" + found + "]}");
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    if (!matcher.find()) throw new IllegalStateException("the answer has no " + name);
    return matcher.group(1);
  }

  private static PrivateKey privateKey() throws Exception {
    String body = System.getenv("PRIVATE_KEY").replaceAll("-----[^-]+-----|\\s", "");
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
  }

  /** Uses the proxy and the authority that the environment names. */
  private static HttpClient client() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    try (FileInputStream file = new FileInputStream(System.getenv("NODE_EXTRA_CA_CERTS"))) {
      store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    URI proxy = URI.create(System.getenv("HTTPS_PROXY"));
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(context)
        .proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())))
        .build();
  }
}
