/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 770:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

module.exports = __nccwpck_require__(218);


/***/ }),

/***/ 218:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

"use strict";
var __webpack_unused_export__;


var net = __nccwpck_require__(278);
var tls = __nccwpck_require__(756);
var http = __nccwpck_require__(611);
var https = __nccwpck_require__(692);
var events = __nccwpck_require__(434);
var assert = __nccwpck_require__(613);
var util = __nccwpck_require__(23);


exports.httpOverHttp = httpOverHttp;
exports.httpsOverHttp = httpsOverHttp;
exports.httpOverHttps = httpOverHttps;
exports.httpsOverHttps = httpsOverHttps;


function httpOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  return agent;
}

function httpsOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}

function httpOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  return agent;
}

function httpsOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}


function TunnelingAgent(options) {
  var self = this;
  self.options = options || {};
  self.proxyOptions = self.options.proxy || {};
  self.maxSockets = self.options.maxSockets || http.Agent.defaultMaxSockets;
  self.requests = [];
  self.sockets = [];

  self.on('free', function onFree(socket, host, port, localAddress) {
    var options = toOptions(host, port, localAddress);
    for (var i = 0, len = self.requests.length; i < len; ++i) {
      var pending = self.requests[i];
      if (pending.host === options.host && pending.port === options.port) {
        // Detect the request to connect same origin server,
        // reuse the connection.
        self.requests.splice(i, 1);
        pending.request.onSocket(socket);
        return;
      }
    }
    socket.destroy();
    self.removeSocket(socket);
  });
}
util.inherits(TunnelingAgent, events.EventEmitter);

TunnelingAgent.prototype.addRequest = function addRequest(req, host, port, localAddress) {
  var self = this;
  var options = mergeOptions({request: req}, self.options, toOptions(host, port, localAddress));

  if (self.sockets.length >= this.maxSockets) {
    // We are over limit so we'll add it to the queue.
    self.requests.push(options);
    return;
  }

  // If we are under maxSockets create a new one.
  self.createSocket(options, function(socket) {
    socket.on('free', onFree);
    socket.on('close', onCloseOrRemove);
    socket.on('agentRemove', onCloseOrRemove);
    req.onSocket(socket);

    function onFree() {
      self.emit('free', socket, options);
    }

    function onCloseOrRemove(err) {
      self.removeSocket(socket);
      socket.removeListener('free', onFree);
      socket.removeListener('close', onCloseOrRemove);
      socket.removeListener('agentRemove', onCloseOrRemove);
    }
  });
};

TunnelingAgent.prototype.createSocket = function createSocket(options, cb) {
  var self = this;
  var placeholder = {};
  self.sockets.push(placeholder);

  var connectOptions = mergeOptions({}, self.proxyOptions, {
    method: 'CONNECT',
    path: options.host + ':' + options.port,
    agent: false,
    headers: {
      host: options.host + ':' + options.port
    }
  });
  if (options.localAddress) {
    connectOptions.localAddress = options.localAddress;
  }
  if (connectOptions.proxyAuth) {
    connectOptions.headers = connectOptions.headers || {};
    connectOptions.headers['Proxy-Authorization'] = 'Basic ' +
        new Buffer(connectOptions.proxyAuth).toString('base64');
  }

  debug('making CONNECT request');
  var connectReq = self.request(connectOptions);
  connectReq.useChunkedEncodingByDefault = false; // for v0.6
  connectReq.once('response', onResponse); // for v0.6
  connectReq.once('upgrade', onUpgrade);   // for v0.6
  connectReq.once('connect', onConnect);   // for v0.7 or later
  connectReq.once('error', onError);
  connectReq.end();

  function onResponse(res) {
    // Very hacky. This is necessary to avoid http-parser leaks.
    res.upgrade = true;
  }

  function onUpgrade(res, socket, head) {
    // Hacky.
    process.nextTick(function() {
      onConnect(res, socket, head);
    });
  }

  function onConnect(res, socket, head) {
    connectReq.removeAllListeners();
    socket.removeAllListeners();

    if (res.statusCode !== 200) {
      debug('tunneling socket could not be established, statusCode=%d',
        res.statusCode);
      socket.destroy();
      var error = new Error('tunneling socket could not be established, ' +
        'statusCode=' + res.statusCode);
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    if (head.length > 0) {
      debug('got illegal response body from proxy');
      socket.destroy();
      var error = new Error('got illegal response body from proxy');
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    debug('tunneling connection has established');
    self.sockets[self.sockets.indexOf(placeholder)] = socket;
    return cb(socket);
  }

  function onError(cause) {
    connectReq.removeAllListeners();

    debug('tunneling socket could not be established, cause=%s\n',
          cause.message, cause.stack);
    var error = new Error('tunneling socket could not be established, ' +
                          'cause=' + cause.message);
    error.code = 'ECONNRESET';
    options.request.emit('error', error);
    self.removeSocket(placeholder);
  }
};

TunnelingAgent.prototype.removeSocket = function removeSocket(socket) {
  var pos = this.sockets.indexOf(socket)
  if (pos === -1) {
    return;
  }
  this.sockets.splice(pos, 1);

  var pending = this.requests.shift();
  if (pending) {
    // If we have pending requests and a socket gets closed a new one
    // needs to be created to take over in the pool for the one that closed.
    this.createSocket(pending, function(socket) {
      pending.request.onSocket(socket);
    });
  }
};

function createSecureSocket(options, cb) {
  var self = this;
  TunnelingAgent.prototype.createSocket.call(self, options, function(socket) {
    var hostHeader = options.request.getHeader('host');
    var tlsOptions = mergeOptions({}, self.options, {
      socket: socket,
      servername: hostHeader ? hostHeader.replace(/:.*$/, '') : options.host
    });

    // 0 is dummy port for v0.6
    var secureSocket = tls.connect(0, tlsOptions);
    self.sockets[self.sockets.indexOf(socket)] = secureSocket;
    cb(secureSocket);
  });
}


function toOptions(host, port, localAddress) {
  if (typeof host === 'string') { // since v0.10
    return {
      host: host,
      port: port,
      localAddress: localAddress
    };
  }
  return host; // for v0.11 or later
}

function mergeOptions(target) {
  for (var i = 1, len = arguments.length; i < len; ++i) {
    var overrides = arguments[i];
    if (typeof overrides === 'object') {
      var keys = Object.keys(overrides);
      for (var j = 0, keyLen = keys.length; j < keyLen; ++j) {
        var k = keys[j];
        if (overrides[k] !== undefined) {
          target[k] = overrides[k];
        }
      }
    }
  }
  return target;
}


var debug;
if (process.env.NODE_DEBUG && /\btunnel\b/.test(process.env.NODE_DEBUG)) {
  debug = function() {
    var args = Array.prototype.slice.call(arguments);
    if (typeof args[0] === 'string') {
      args[0] = 'TUNNEL: ' + args[0];
    } else {
      args.unshift('TUNNEL:');
    }
    console.error.apply(console, args);
  }
} else {
  debug = function() {};
}
__webpack_unused_export__ = debug; // for test


/***/ }),

/***/ 613:
/***/ ((module) => {

"use strict";
module.exports = require("assert");

/***/ }),

/***/ 434:
/***/ ((module) => {

"use strict";
module.exports = require("events");

/***/ }),

/***/ 611:
/***/ ((module) => {

"use strict";
module.exports = require("http");

/***/ }),

/***/ 692:
/***/ ((module) => {

"use strict";
module.exports = require("https");

/***/ }),

/***/ 278:
/***/ ((module) => {

"use strict";
module.exports = require("net");

/***/ }),

/***/ 756:
/***/ ((module) => {

"use strict";
module.exports = require("tls");

/***/ }),

/***/ 23:
/***/ ((module) => {

"use strict";
module.exports = require("util");

/***/ })

/******/ 	});
/************************************************************************/
/******/ 	// The module cache
/******/ 	var __webpack_module_cache__ = {};
/******/ 	
/******/ 	// The require function
/******/ 	function __nccwpck_require__(moduleId) {
/******/ 		// Check if module is in cache
/******/ 		var cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		// Create a new module (and put it into the cache)
/******/ 		var module = __webpack_module_cache__[moduleId] = {
/******/ 			// no module.id needed
/******/ 			// no module.loaded needed
/******/ 			exports: {}
/******/ 		};
/******/ 	
/******/ 		// Execute the module function
/******/ 		var threw = true;
/******/ 		try {
/******/ 			__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 			threw = false;
/******/ 		} finally {
/******/ 			if(threw) delete __webpack_module_cache__[moduleId];
/******/ 		}
/******/ 	
/******/ 		// Return the exports of the module
/******/ 		return module.exports;
/******/ 	}
/******/ 	
/************************************************************************/
/******/ 	/* webpack/runtime/asset-relocator-loader */
/******/ 	if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = __dirname + "/";
/******/ 	
/******/ 	/* webpack/runtime/create fake namespace object */
/******/ 	(() => {
/******/ 		var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 		var leafPrototypes;
/******/ 		// create a fake namespace object
/******/ 		// mode & 1: value is a module id, require it
/******/ 		// mode & 2: merge all properties of value into the ns
/******/ 		// mode & 4: return value when already ns object
/******/ 		// mode & 16: return value when it's Promise-like
/******/ 		// mode & 8|1: behave like require
/******/ 		__nccwpck_require__.t = function(value, mode) {
/******/ 			if(mode & 1) value = this(value);
/******/ 			if(mode & 8) return value;
/******/ 			if(typeof value === 'object' && value) {
/******/ 				if((mode & 4) && value.__esModule) return value;
/******/ 				if((mode & 16) && typeof value.then === 'function') return value;
/******/ 			}
/******/ 			var ns = Object.create(null);
/******/ 			__nccwpck_require__.r(ns);
/******/ 			var def = {};
/******/ 			leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 			for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 				Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 			}
/******/ 			def['default'] = () => (value);
/******/ 			__nccwpck_require__.d(ns, def);
/******/ 			return ns;
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/define property getters */
/******/ 	(() => {
/******/ 		// define getter functions for harmony exports
/******/ 		__nccwpck_require__.d = (exports, definition) => {
/******/ 			for(var key in definition) {
/******/ 				if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 					Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 				}
/******/ 			}
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/hasOwnProperty shorthand */
/******/ 	(() => {
/******/ 		__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/make namespace object */
/******/ 	(() => {
/******/ 		// define __esModule on exports
/******/ 		__nccwpck_require__.r = (exports) => {
/******/ 			if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 				Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 			}
/******/ 			Object.defineProperty(exports, '__esModule', { value: true });
/******/ 		};
/******/ 	})();
/******/ 	
/************************************************************************/
var __webpack_exports__ = {};
// This entry need to be wrapped in an IIFE because it need to be in strict mode.
(() => {
"use strict";
// ESM COMPAT FLAG
__nccwpck_require__.r(__webpack_exports__);

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main),
  post: () => (/* binding */ post)
});

;// CONCATENATED MODULE: ./build/src/lib/action-error.js
/** Thrown for expected errors, which the user can do something about; any other error is a bug. */
class ActionError extends Error {
  name = "ActionError";
  code;
  context;
  causes;
  constructor({ code, headline, context = [], causes, cause }) {
    super(headline, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
    this.causes = causes;
  }
}

;// CONCATENATED MODULE: ./build/src/lib/setup-steps.js
/** Makes a private key and the certificate that an app takes for it. */
const KEY_PAIR_COMMAND =
  "openssl req -x509 -sha256 -nodes -days 730 -newkey rsa:2048 -keyout salesforce.key -out salesforce.crt -subj /CN=github-actions";
/** Ends a fix for an External Client App: the way to the same setting of a Connected App is on the linked page. */
const CONNECTED_APP = " (Connected App: see the link.)";
const APP = "Setup > External Client App Manager > your app";
/** Where an External Client App takes its certificate. */
const UPLOAD_PATH = `${APP} > Settings > Edit > OAuth Settings > Flow Enablement`;
const inApp = (path) => `${APP} > ${path}${CONNECTED_APP}`;
const MY_DOMAIN = "Setup > My Domain > Current My Domain URL";
const USE_MY_DOMAIN = `Set login_url to the org's My Domain: ${MY_DOMAIN}.`;
const LOGIN_HISTORY =
  "Open Setup > Login History and read the newest row of this user: it often names the reason.";
const WAIT = "Wait 10 minutes (sometimes 30), then run the job again.";
const SET_CLOCK =
  "Synchronize the runner's clock by NTP: timedatectl set-ntp true (Linux), w32tm /resync (Windows).";
const PRE_AUTHORIZE = inApp(
  "Policies > Edit: under App Policies select one of the user's permission sets, and under OAuth Policies set Permitted Users to “Admin approved users are pre-authorized”.",
);
const SELECT_PERMISSION_SET = inApp(
  "Policies > Edit > App Policies: select one of the user's permission sets, or the user's profile.",
);
const ASSIGN_PERMISSION_SET =
  "Setup > Permission Sets > the permission set that the app's policies list > Manage Assignments: add the user, without an expiration date.";
const COPY_KEY = inApp("Settings > OAuth Settings > Consumer Key and Secret: copy the key with its button.");
const UPLOAD_CERTIFICATE = inApp(
  "Settings > Edit > OAuth Settings > Flow Enablement: upload the certificate of this private key.",
);
/** Ends a fix that creates an app. */
const BY_SCRIPT = "(setup/setup.sh in the action's repository does it)";
const NEW_PAIR =
  "Create a new pair with setup/setup.sh in the action's repository (or openssl, see the link), upload its certificate to the app, and store the new key.";
const COMPARE_PAIR =
  "Compare them: openssl pkey -pubout -in salesforce.key and openssl x509 -pubkey -noout -in salesforce.crt print the same for a pair. If you no longer have the files, create a new pair with setup/setup.sh in the action's repository.";
const ENABLE_FLOW = inApp(
  "Settings > Edit > OAuth Settings > Flow Enablement: select “Enable JWT Bearer Flow” and upload the certificate.",
);
const ADD_SCOPES = inApp(
  "Settings > Edit > OAuth Settings > OAuth Scopes: add “Manage user data via APIs (api)” and “Perform requests at any time (refresh_token, offline_access)”.",
);
const ENABLE_APP = inApp("Policies > Edit > App Policies: select Enabled.");
const INSTALL_APP =
  "Setup > Connected Apps OAuth Usage: click Install beside the app, then Manage App Policies, and assign one of the user's permission sets.";

;// CONCATENATED MODULE: ./build/src/inputs/errors.js


const STORE = "Store the whole file of the private key: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const THEN_STORE = "Then store the new file: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const PRIVATE_FILE =
  "Use the file that openssl wrote with -keyout. Its first line says BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY.";
const errors_NEW_PAIR = `Make a new pair with setup/setup.sh in the action's repository, or with: ${KEY_PAIR_COMMAND}`;
const LOST = `If the private key is lost, make a new pair, store its key, and upload its certificate to the app (${UPLOAD_PATH}): ${KEY_PAIR_COMMAND}`;
const UPLOAD = `Upload the new salesforce.crt: ${UPLOAD_PATH}.`;
const CHECK_KEY_FILE =
  "Look at the file's first line: head -n 1 salesforce.key prints BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY between dashes.";
const STORE_CERTIFICATE =
  "Store the file that openssl wrote with -out: gh variable set SALESFORCE_CERTIFICATE < salesforce.crt";
const COPY_MY_DOMAIN = `Copy the org's own address: ${MY_DOMAIN} (https://acme.my.salesforce.com, for example).`;
const COPY_ORG_ID = "Copy it again: Setup > Company Information > Salesforce.com Organization ID.";
const REMOVE_USER_INFO = "Remove everything between https:// and the host, the @ included.";
const WITH_PKCS1 =
  "Use RSASSA_PKCS1_V1_5_SHA_256 (AWS), a key for RSA_SIGN_PKCS1_2048_SHA256 (Google), RS256 (Azure), pkcs1v15 (Vault), or SHA256-RSA-PKCS (PKCS#11).";
const COMPARE_STEP = "Compare the signing step with the one in docs/kms.md for your KMS or HSM.";
const LEAVE_AUDIENCE_OUT = "Remove audience from the step: it then follows from login_url.";
/** Every reason to refuse an input, by its error code. */
const INPUT_ERRORS = {
  "input-blank": { message: "{detail}", fixes: [] },
  "input-is-a-private-key": {
    message: "is a private key, and this input isn't for one",
    fixes: [
      "Pass the key as private_key: private_key: ${{ secrets.SALESFORCE_PRIVATE_KEY }}",
      "If the key came from a variable or from the workflow file, replace it: make a new pair and delete the old one. GitHub shows such values.",
    ],
  },
  "input-placeholder": {
    message: "is {detail}, not a value",
    fixes: [
      "In the step itself, use an expression such as ${{ secrets.NAME }} or ${{ vars.NAME }}. GitHub doesn't replace shell variables under with:.",
      "If the step has that already, the stored value is wrong: store the value itself, not a name.",
    ],
  },
  "input-quoted": {
    message: "{detail}",
    fixes: ["Remove the quotes, the brackets, or mailto: from the stored value, or from the step."],
  },
  "input-too-long": {
    message: "{detail}",
    fixes: ["Check what is stored: this is probably the value of another input, or a whole file."],
  },
  "input-not-a-boolean": { message: "is neither true nor false", fixes: ["Write true or false."] },
  "input-not-a-number": {
    message: "isn't a whole number from {detail}",
    fixes: ["Write a number from {detail}, in digits only."],
  },
  "consumer-key-malformed": {
    message: "{detail}",
    fixes: [
      "Copy it with its button: Setup > External Client App Manager > your app > Settings > OAuth Settings > Consumer Key and Secret.",
    ],
  },
  "username-malformed": {
    message: "{detail}",
    fixes: ["Copy it from the user's page: Setup > Users > the user > Username. It has the form of an email address."],
  },
  "login-given-twice": {
    message: "and {detail} are set, and one of them is enough",
    fixes: ["Keep one of them, and remove the others from the step."],
  },
  "input-without-effect": { message: "has no effect with {detail}", fixes: ["Remove it from the step."] },
  "private-key-file-unreadable": { message: "{detail}", fixes: [] },
  "private-key-empty": {
    message: "is empty",
    fixes: [
      "If a step writes the file from a secret, check the secret's name: a secret that doesn't exist is blank.",
      STORE,
    ],
  },
  "private-key-is-public": { message: "is a public key, not a private key", fixes: [PRIVATE_FILE, STORE, LOST] },
  "private-key-is-certificate": {
    message: "is a certificate{detail}, not the private key that belongs to it",
    fixes: [PRIVATE_FILE, STORE, "Pass the certificate itself as certificate, if you like.", LOST],
  },
  "private-key-other-format": {
    message: "is in {detail} format, and the action needs a PEM file",
    fixes: [THEN_STORE],
  },
  "private-key-encrypted-file": {
    message: "is a text that {detail} encrypted, not a PEM file",
    fixes: [
      "Decrypt it on your machine with the tool that encrypted it.",
      `${THEN_STORE}. GitHub encrypts secrets itself.`,
    ],
  },
  "private-key-other-value": { message: "is {detail}, not a private key", fixes: [PRIVATE_FILE, STORE] },
  "private-key-is-file-path": {
    message: "is the path or address of a file, not the key in it",
    fixes: ["If the file is on the runner, pass its path as private_key_file instead.", STORE],
  },
  "private-key-not-rsa": {
    message: "isn't an RSA key (its type is {detail}), and Salesforce accepts only RSA keys",
    fixes: [errors_NEW_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-too-short": {
    message: "is an RSA key of {detail} bits, and RS256 requires 2048 or more",
    fixes: [errors_NEW_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-needs-passphrase": {
    message: "is encrypted, and private_key_passphrase is blank",
    fixes: [
      "Add private_key_passphrase: ${{ secrets.SALESFORCE_PRIVATE_KEY_PASSPHRASE }} to the step, and store it (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "Or decrypt the key, since GitHub encrypts secrets itself: openssl pkey -in encrypted.key -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-wrong-passphrase": {
    message: "can't be decrypted with private_key_passphrase",
    fixes: [
      "Try the passphrase on the file (openssl asks for it): openssl pkey -in salesforce.key -noout",
      "If it opens the file, store it again, without quotes (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "Store the same file again too, in case the stored key is damaged: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
    ],
  },
  "private-key-encryption-unsupported": {
    message: "is encrypted in a way that Node.js can't read, such as RC2 or single DES",
    fixes: [
      "Encrypt it again: openssl pkey -provider legacy -provider default -in encrypted.key -aes256 -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-truncated": {
    message: "is a private key, but a part of it is missing or damaged",
    fixes: [
      "Store the whole file again, from the BEGIN line to the END line: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
      "Check the file itself: openssl pkey -in salesforce.key -noout -check",
      LOST,
    ],
  },
  "private-key-unrecognized": {
    message: "doesn't contain a private key in a known form",
    fixes: [STORE, CHECK_KEY_FILE, LOST],
  },
  "login-url-blank": {
    message: "is set, but blank, and the action doesn't fall back to production",
    fixes: [
      "If it comes from a variable, check the variable's name, and that this repository, organization or environment has it.",
      COPY_MY_DOMAIN,
    ],
  },
  "login-url-characters": {
    message: "contains whitespace, a backslash or a control character",
    fixes: ["Give exactly one address, on one line.", COPY_MY_DOMAIN],
  },
  "login-url-not-https": {
    message: "begins with http:, and the assertion must not be sent unencrypted",
    fixes: ["Write https:// in place of http://"],
  },
  "login-url-scheme": {
    message: "begins with a scheme other than https:",
    fixes: ["Write https:// and the host, or the host alone.", COPY_MY_DOMAIN],
  },
  "login-url-username": {
    message: "is a username or an email address, not the address of an org",
    fixes: ["Pass the Salesforce username as username.", COPY_MY_DOMAIN],
  },
  "login-url-user-info": {
    message: "contains a user name or password before the host",
    fixes: [
      REMOVE_USER_INFO,
      "If that was a password, change it: the runner may have printed it with the step's inputs.",
    ],
  },
  "login-url-incomplete": { message: "is one word without a dot, not a whole host name", fixes: [COPY_MY_DOMAIN] },
  "login-url-ip-address": {
    message: "is an IP address, and Salesforce's certificates aren't valid for one",
    fixes: [COPY_MY_DOMAIN],
  },
  "login-url-unreadable": { message: "can't be read as the address of a host", fixes: [COPY_MY_DOMAIN] },
  "login-url-misspelled": { message: "{detail}", fixes: [COPY_MY_DOMAIN] },
  "login-url-no-login-host": { message: "{detail}", fixes: [COPY_MY_DOMAIN] },
  "audience-not-https-url": {
    message: "isn't an https URL, and Salesforce documents only those as audience",
    fixes: [
      LEAVE_AUDIENCE_OUT,
      "Or give https://login.salesforce.com, https://test.salesforce.com, the My Domain with https:// in front, or a site's URL with its path.",
    ],
  },
  "audience-user-info": { message: "contains a user name or password before the host", fixes: [REMOVE_USER_INFO] },
  "audience-at-other-host": {
    message: "is an address of Salesforce, but login_url isn't: whoever runs that host could log in",
    fixes: [
      "If login_url is a site under your company's own domain, set it to the site's own address at Salesforce (https://acme.my.site.com/PATH): Setup > Digital Experiences > All Sites.",
      LEAVE_AUDIENCE_OUT,
    ],
  },
  "assertion-not-a-jwt": {
    message: "{detail}",
    fixes: ["In the signing step, convert each part: base64 | tr '+/' '-_' | tr -d '=\\r\\n'", COMPARE_STEP],
  },
  "assertion-is-another-token": {
    message: "is {detail}, not an assertion that your key signed",
    fixes: [
      "Pass the output of the signing step, for example steps.assertion.outputs.assertion.",
      "To log in with GitHub's OIDC token, set github_oidc: true and remove assertion.",
    ],
  },
  "assertion-algorithm": { message: "{detail}, and Salesforce accepts only RS256", fixes: [WITH_PKCS1] },
  "assertion-claim": {
    message: "{detail}",
    fixes: ["In the signing step, set iss to the app's consumer key, and sub to the Salesforce username."],
  },
  "assertion-mismatch": {
    message: "isn't the {detail}",
    fixes: ["Remove it from the step, since the assertion contains it.", "Or correct the signing step."],
  },
  "assertion-audience": { message: "{detail}", fixes: [] },
  "assertion-expiration": {
    message: "{detail}",
    fixes: [
      "In the signing step, set exp to the present time in seconds plus 180, directly before this step.",
      SET_CLOCK,
    ],
  },
  "assertion-signature": { message: "{detail}", fixes: [WITH_PKCS1, COMPARE_STEP] },
  "token-handler-malformed": {
    message: "isn't an API name, which has letters, digits, and underscores",
    fixes: ["Copy the handler's name: Setup > Token Exchange Handlers."],
  },
  "login-url-not-for-keyless": {
    message: "is neither a My Domain nor a Salesforce site, which github_oidc requires",
    fixes: [COPY_MY_DOMAIN],
  },
  "audience-missing-at-site": {
    message: "is required with github_oidc at a site",
    fixes: [`Set audience to the org's My Domain: ${MY_DOMAIN}.`],
  },
  "certificate-is-a-request": {
    message: "is a certificate signing request, not a certificate",
    fixes: [
      "Make the certificate of it: openssl x509 -req -sha256 -days 730 -in salesforce.csr -signkey salesforce.key -out salesforce.crt",
      STORE_CERTIFICATE,
    ],
  },
  "certificate-is-a-public-key": {
    message: "is a public key, not the certificate that contains it",
    fixes: [STORE_CERTIFICATE],
  },
  "certificate-is-a-file-name": {
    message: "is the path of a file, not the certificate in it",
    fixes: [STORE_CERTIFICATE],
  },
  "certificate-truncated": {
    message: "is a certificate, but a part of it is missing or damaged",
    fixes: ["Copy the whole file, its last line included.", STORE_CERTIFICATE],
  },
  "certificate-unreadable": {
    message: "doesn't contain a certificate in PEM or base64",
    fixes: [
      STORE_CERTIFICATE,
      "From a PKCS#12 file: openssl pkcs12 -in salesforce.p12 -clcerts -nokeys -out salesforce.crt",
      "From a PKCS#7 file: openssl pkcs7 -in salesforce.p7b -print_certs -out salesforce.crt",
    ],
  },
  "certificate-key-mismatch": {
    message: "and the private key aren't a pair: store both files of one pair again",
    fixes: [
      "Store both files of one pair again: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key and gh variable set SALESFORCE_CERTIFICATE < salesforce.crt",
      "If the app has the certificate of this private key, and only the input is old, remove certificate from the step: the login works without it.",
      "Find the old one: the SHA-256 {detail}.",
      "Compare with your files: openssl pkey -in salesforce.key -pubout -outform DER | openssl dgst -sha256 (key), openssl x509 -noout -pubkey -in salesforce.crt | openssl pkey -pubin -outform DER | openssl dgst -sha256 (certificate)",
    ],
  },
  "org-id-malformed": {
    message: "isn't a Salesforce ID, which has 15 or 18 letters and digits",
    fixes: [COPY_ORG_ID],
  },
  "org-id-prefix": {
    message: "isn't an org ID, which begins with 00D (a capital D)",
    fixes: [COPY_ORG_ID],
  },
  "org-id-checksum": {
    message: "has a wrong checksum: a character, or the case of a letter, was changed",
    fixes: [COPY_ORG_ID],
  },
};
/** Why an input can't be used. Whoever reads the inputs knows which one it is. */
class InputError extends ActionError {
  fixes;
  constructor(code, message, fixes) {
    super({ code, headline: message, causes: fixes.map((fix) => ({ fix })) });
    this.fixes = fixes;
  }
}
/**
 * Returns the error for an input that can't be used.
 *
 * @param details `detail` is put where the table says `{detail}`, and is never a part of a secret; `fixes` come before
 *   those of the table
 */
function inputError(code, details = {}) {
  const { message, fixes } = INPUT_ERRORS[code];
  const filled = (text) => text.replace("{detail}", () => details.detail ?? "");
  const first = (details.fixes ?? []).filter((fix) => fix !== undefined);
  return new InputError(code, filled(message), [...first, ...fixes.map(filled)].slice(0, 4));
}
/** All inputs that can't be used, found together so that one run of the workflow names them all. */
class InputsError extends ActionError {
  issues;
  constructor(issues) {
    super({ code: "inputs", headline: "Invalid inputs.", causes: [] });
    this.issues = issues;
  }
}

;// CONCATENATED MODULE: ./build/src/lib/sanitize.js
const CUT_BEFORE_CLEANING = 4096;
/** What a credential consists of: base64, base64url, percent-encoding, and the separators of tokens and JWTs. */
const WORD = /([\w\-+/=.!%~]+)/;
const REDACTED = "[…]";
/** What may separate two pieces of a credential, such as `", "`. */
const MAX_SEPARATOR = 4;
/** Characters in a row that don't occur in both texts by chance. */
const ECHO_LENGTH = 10;
/** What is taken out of text that a server sent, in this order, and what replaces it. */
const CLEANING = [
  // Terminal escape sequences (ECMA-48 §5.4) could recolor or overwrite what the log shows.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  [/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*|.)/g, ""],
  // Control, format and separator characters end a line for the runner, or hide text from a reader.
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " "],
];
/**
 * Anything that looks like a credential: a server may send back the assertion that it was sent, and a part of it is
 * not covered by the mask of the whole.
 */
const CREDENTIAL =
  /(?=[\w\-+/=.!%~]*\d)(?=[\w\-+/=.!%~]*[a-z])(?=[\w\-+/=.!%~]*[A-Z])[\w\-+/=.!%~]{16,}|[0-9a-fA-F]{32,}|(?:%(?:25)*[0-9a-fA-F]{2}){8,}/g;
/** What remains could act on the runner: `##[command]` anywhere in a line, `::command::` at its start (actions/runner, ActionCommand). */
const DISARMING = [
  [/##\[/g, "# # ["],
  [/::/g, ": :"],
];
/**
 * Makes text from elsewhere fit to be shown: one line without control characters, workflow commands or anything
 * that looks like a credential, cut to `limit` characters. A credential is found in one piece, wrapped or cut into
 * pieces of one length, spaced out, in UTF-16, in hex or percent-encoded. A server that hides one in its text by other
 * means isn't stopped: it knows the assertion already.
 *
 * @param limit the most characters to show
 */
function sanitize(text, limit = 300) {
  const cleaned = hidePieces(replaceAll(beginning(text), CLEANING)).replace(CREDENTIAL, REDACTED);
  const clean = replaceAll(cleaned, DISARMING).trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
/**
 * Drops a text that repeats a part of what was sent, in whatever pieces: {@link sanitize} finds only pieces that look like
 * a credential by themselves.
 */
function withoutEcho(shown, secret) {
  // Host names come back in lower case.
  const characters = shown.replace(/[^\w-]/g, "").toLowerCase();
  const sent = secret.toLowerCase();
  for (let at = 0; at + ECHO_LENGTH <= characters.length; at++) {
    if (sent.includes(characters.slice(at, at + ECHO_LENGTH))) return "(withheld: it repeats what was sent)";
  }
  return shown;
}
function replaceAll(text, replacements) {
  return replacements.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}
/** A word that the cut goes through is left out: what is left of a credential may be too short to look like one. */
function beginning(text) {
  if (text.length <= CUT_BEFORE_CLEANING) return text;
  return text.slice(0, CUT_BEFORE_CLEANING).replace(/[\w\-+/=.!%~]+$/, "…");
}
/**
 * Hides a credential that was cut into pieces: words of one length in a row, with a shorter one at the end. Text in
 * UTF-16 that is read as UTF-8 is pieces of one letter, since it has a NUL beside each. Words of a language don't come
 * like that: four in a row of five letters or more, or eight shorter ones, are taken for pieces.
 */
function hidePieces(text) {
  // Words are at odd positions, and what separates them is at even ones.
  const parts = text.split(WORD);
  let shown = "";
  for (let at = 0; at < parts.length; ) {
    const length = at % 2 === 1 ? lengthOfPieces(parts, at) : 0;
    shown += length > 0 ? REDACTED : parts[at];
    at += length || 1;
  }
  return shown;
}
/** Returns how many parts from a word on are pieces of a credential and their separators; 0 if it isn't one. */
function lengthOfPieces(parts, first) {
  const size = parts[first]?.length ?? 0;
  const isNear = (word) => word < parts.length && (parts[word - 1]?.length ?? 0) <= MAX_SEPARATOR;
  let next = first + 2;
  while (isNear(next) && parts[next]?.length === size) next += 2;
  if ((next - first) / 2 < (size < 5 ? 8 : 4)) return 0;
  const hasRest = isNear(next) && (parts[next]?.length ?? 0) < size;
  return next - first + (hasRest ? 1 : -1);
}

;// CONCATENATED MODULE: ./build/src/diagnosis/message.js



/** The runner cuts messages at 4,096 characters. */
const MAX_MESSAGE = 4000;
const MAX_HEADLINE = 120;
const NOT_SENT = "No request was sent to Salesforce.";
/**
 * Writes the message of the one error annotation: what is wrong in the first line, then what was said, who and where, and
 * the likely causes with a fix each.
 *
 * @param docs where the documentation is: see {@link troubleshootingUrl}
 * @returns plain text of several lines, at most 4,000 characters
 */
function errorMessage(error, docs) {
  if (error instanceof InputsError) return describeInputs(error.issues, docs);
  return error instanceof ActionError ? describeError(error, docs) : cut(describeUnexpected(error), MAX_MESSAGE);
}
/**
 * Where this version's documentation is.
 *
 * @param env the step's environment: GitHub names there the action as it was used, but not for `uses: ./`
 * @returns an absolute address, or the path in the repository
 */
function troubleshootingUrl(env) {
  const repository = env["GITHUB_ACTION_REPOSITORY"];
  const ref = env["GITHUB_ACTION_REF"];
  const server = env["GITHUB_SERVER_URL"] || "https://github.com";
  return repository && ref ? `${server}/${repository}/blob/${ref}/docs/troubleshooting.md` : "docs/troubleshooting.md";
}
function describeError({ message, context, causes, code }, docs) {
  const help = `\n\nHelp: ${docs}#${code}`;
  const text = [[message, ...context].join("\n"), ...listCauses(causes)].join("\n\n");
  return cut(text, MAX_MESSAGE - help.length) + help;
}
/** A single cause is certain, so it has no number. */
function listCauses(causes) {
  if (causes.length === 0) return [];
  if (causes.length === 1) return causes.map(({ cause, fix }) => [cause, `Fix: ${fix}`].filter(Boolean).join("\n"));
  const items = causes.map(({ cause, fix }, index) => {
    return cause === undefined ? `${index + 1}. ${fix}` : `${index + 1}. ${cause}\n   Fix: ${fix}`;
  });
  return [items.join("\n")];
}
function describeInputs(issues, docs) {
  const [first] = issues;
  if (issues.length === 1 && first) {
    const { input, message, fixes, code } = first;
    const causes = fixes.map((fix) => ({ fix }));
    return describeError(
      new ActionError({ code, headline: `${input} ${message}.`, context: [NOT_SENT], causes }),
      docs,
    );
  }
  const groups = [...Map.groupBy(issues, ({ code, fixes }) => `${code}\n${fixes[0]}`).values()];
  const head = `${headlineOf(issues)}\n${NOT_SENT}`;
  const full = [head, ...groups.map((group) => describeIssues(group, docs, true))].join("\n\n");
  // Where there are too many issues for one annotation, the fixes are left out: the links lead to them.
  if (full.length <= MAX_MESSAGE) return full;
  return cut([head, ...groups.map((group) => describeIssues(group, docs, false))].join("\n\n"), MAX_MESSAGE);
}
/** Names that don't fit in are counted. If all inputs are blank, the secrets are missing, not wrong, so it says that. */
function headlineOf(issues) {
  const names = issues.map(({ input }) => input);
  const kind = issues.every(({ code }) => code === "input-blank") ? "blank" : "invalid";
  for (let shown = names.length; ; shown--) {
    const rest = shown === names.length ? "" : ` and ${names.length - shown} more`;
    const headline = `${names.length} ${kind} inputs: ${names.slice(0, shown).join(", ")}${rest}.`;
    if (headline.length <= MAX_HEADLINE) return headline;
  }
}
/** Inputs that need the same fix, with that fix said once. */
function describeIssues(group, docs, withFix) {
  const lines = group.map(({ input, message }) => `${input} ${message}.`);
  const [{ code, fixes }] = group;
  return [...lines, ...(withFix ? [`   Fix: ${fixes[0]}`] : []), `   Help: ${docs}#${code}`].join("\n");
}
/** A cut goes between characters, not through the two halves of one. */
function cut(text, limit) {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
/** The message of a bug wasn't written by us, so it is sanitized like remote text, with all its causes. */
function describeUnexpected(error) {
  const chain = [];
  for (let link = error; link !== undefined && chain.length < 5; link = link.cause) {
    chain.push(sanitize(link instanceof Error ? `${link.name}: ${link.message}` : String(link)));
    if (!(link instanceof Error)) break;
  }
  return `Internal error of the action. Please report it as an issue with the next line.\n${chain.join(" <- ")}`;
}

;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = require("node:crypto");
;// CONCATENATED MODULE: ./build/src/lib/salesforce-hosts.js
/**
 * Every host rule, the first match wins. `*` matches one or more characters (dots too), `#` for digits; a `*` in
 * `login` is what the pattern's one `*` stood for. Sources: Salesforce help, "My Domain URL Formats" and "Partitioned
 * Domains"; Salesforce's domains as its own command line knows them.
 */
// biome-ignore format: a table, one rule a row where it fits
const HOST_RULES = [
    // The generic login hosts, those of Salesforce on Alibaba Cloud included.
    { hosts: ["login.salesforce.com", "login.sfcrmproducts.cn"], kind: "login-host", sandbox: false }, // production, Developer Edition and Trailhead orgs
    { hosts: ["test.salesforce.com", "test.sfcrmproducts.cn"], kind: "login-host", sandbox: true }, // sandboxes and scratch orgs
    // Certain mistakes. Any other lookalike is a legal custom domain.
    { hosts: ["logn.salesforce.com", "logins.salesforce.com", "loging.salesforce.com", "logon.salesforce.com"], kind: "misspelled", login: "login.salesforce.com", why: "is a misspelling of login.salesforce.com" },
    { hosts: ["production.salesforce.com", "prod.salesforce.com"], kind: "misspelled", login: "login.salesforce.com", why: "is a host that doesn't exist; production orgs use login.salesforce.com or their My Domain" },
    { hosts: ["sandbox.salesforce.com", "tests.salesforce.com"], kind: "misspelled", login: "test.salesforce.com", why: "is a host that doesn't exist; sandboxes use test.salesforce.com or their My Domain" },
    { hosts: ["*.saleforce.com", "*.salesfroce.com", "*.saleforces.com", "*.salesforces.com", "*.salesforce.co", "*.salesforce.cm", "*.salesforce"], kind: "misspelled", login: "*.salesforce.com", why: "misspells salesforce.com" },
    { hosts: ["salesforce.com", "www.salesforce.com", "force.com", "www.force.com"], kind: "no-login", why: "is a website of Salesforce, not the address of an org" },
    { hosts: ["admin.salesforce.com", "appexchange.salesforce.com", "developer.salesforce.com", "help.salesforce.com", "status.salesforce.com", "trailhead.salesforce.com", "trust.salesforce.com", "developer.force.com"], kind: "no-login", why: "is a website of Salesforce, not the address of an org" },
    { hosts: ["my.salesforce.com", "lightning.force.com", "my.site.com", "my.salesforce-setup.com"], kind: "no-login", why: "has no name of an org in front" },
    { hosts: ["*.salesforce.com.mcas.ms"], kind: "no-login", login: "*.salesforce.com", why: "is an address of Microsoft Defender for Cloud Apps, which is for browsers" },
    { hosts: ["*.force.com.mcas.ms"], kind: "no-login", login: "*.force.com", why: "is an address of Microsoft Defender for Cloud Apps, which is for browsers" },
    // Pages of an org, as a browser's address bar shows them: its My Domain is asked.
    { hosts: ["*.lightning.force.com", "*.my.salesforce-setup.com"], kind: "page", login: "*.my.salesforce.com" }, // Lightning and Setup, of sandboxes and partitions too
    { hosts: ["*.lightning.pc-rnd.force.com", "*.my.pc-rnd.salesforce-setup.com"], kind: "page", login: "*.my.pc-rnd.salesforce.com" }, // Lightning and Setup, Salesforce's own test orgs
    { hosts: ["*.lightning.crmforce.mil"], kind: "page", login: "*.my.salesforce.mil" }, // Lightning, military
    { hosts: ["*.lightning.sfcrmapps.cn", "*.lightning.sfcrmproducts.cn", "*.setup.sfcrmproducts.cn"], kind: "page", login: "*.my.sfcrmproducts.cn" }, // Lightning and Setup, China
    // Hosts of an org that serve something else. Their names hold more than the My Domain, so nothing is guessed.
    { hosts: ["*.vf.force.com", "*.visual.force.com", "*.visualforce.com"], kind: "no-login", why: "serves Visualforce pages, not logins" },
    { hosts: ["*.file.force.com", "*.content.force.com", "*.documentforce.com", "*.forceusercontent.com"], kind: "no-login", why: "serves files, not logins" },
    { hosts: ["*.container.force.com", "*.container.lightning.com"], kind: "no-login", why: "serves Lightning containers, not logins" },
    { hosts: ["*.salesforce-experience.com", "*.salesforce-communities.com"], kind: "no-login", why: "serves previews of Experience Builder, not logins" },
    { hosts: ["*.salesforce-scrt.com", "*.salesforceliveagent.com"], kind: "no-login", why: "serves chats, not logins" },
    // My Domain: one partition a row, then what has none.
    { hosts: ["*.sandbox.my.salesforce.com", "*.sandbox.my.salesforce.mil", "*.sandbox.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true }, // sandbox: acme--uat.sandbox.my.salesforce.com
    { hosts: ["*.scratch.my.salesforce.com", "*.scratch.my.salesforce.mil", "*.scratch.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true },
    { hosts: ["*.develop.my.salesforce.com"], kind: "my-domain", sandbox: false }, // Developer Edition: acme-dev-ed.develop.my.salesforce.com
    { hosts: ["*.trailblaze.my.salesforce.com"], kind: "my-domain", sandbox: false },
    { hosts: ["*.demo.my.salesforce.com", "*.free.my.salesforce.com", "*.patch.my.salesforce.com"], kind: "my-domain", sandbox: false }, // demo, free and patch orgs
    { hosts: ["*.pc-rnd.my.salesforce.com", "*.my.pc-rnd.salesforce.com"], kind: "my-domain", sandbox: false }, // Salesforce's own test orgs
    { hosts: ["*--*.my.salesforce.com", "*--*.my.salesforce.mil", "*--*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true }, // old-style sandbox: a My Domain name itself has no double hyphen
    { hosts: ["*.my.salesforce.com", "*.my.salesforce.mil", "*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: false }, // production, and old-style Developer Edition
    // Experience Cloud and Salesforce Sites: the path belongs to the address.
    { hosts: ["*.sandbox.my.site.com", "*.scratch.my.site.com", "*--*.my.site.com", "*.sandbox.my.salesforce-sites.com", "*.scratch.my.salesforce-sites.com"], kind: "site", sandbox: true }, // site of a sandbox or scratch org
    { hosts: ["*.my.site.com", "*.my.pc-rnd.site.com", "*.my.salesforce-sites.com"], kind: "site", sandbox: false },
    { hosts: ["*.force.com", "*.crmforce.mil", "*.sfcrmapps.cn"], kind: "site", sandbox: undefined }, // old-style, military and Chinese sites, *.secure.force.com included
    // Instances, and what else is surely Salesforce's.
    { hosts: ["cs#.salesforce.com"], kind: "instance", sandbox: true },
    { hosts: ["na#.salesforce.com", "eu#.salesforce.com", "ap#.salesforce.com", "um#.salesforce.com"], kind: "instance", sandbox: false },
    { hosts: ["*.salesforce.com", "*.salesforce.mil", "*.sfcrmproducts.cn"], kind: "instance", sandbox: undefined }, // instance of another naming
    { hosts: ["*"], kind: "custom-domain", sandbox: undefined }, // a site under a company's own domain, or an unknown typo
];
/**
 * The first rule for a host.
 *
 * @param hostname a host name in lower case, without a port
 */
function findHostRule(hostname) {
  for (const rule of HOST_RULES) {
    for (const pattern of rule.hosts) {
      const match = matchHost(pattern, hostname);
      if (match === null) continue;
      const login = "login" in rule ? rule.login : undefined;
      return { rule, login: login?.replace("*", () => match[1] ?? "") };
    }
  }
  throw new RangeError("the last host rule takes every host but an empty one");
}
/** Whether a host name is surely Salesforce's. Addresses of Defender for Cloud Apps have a rule, but are Microsoft's. */
function isSalesforceHost(hostname) {
  const { kind } = findHostRule(hostname).rule;
  return kind !== "custom-domain" && kind !== "misspelled" && !hostname.endsWith(".mcas.ms");
}
function matchHost(pattern, hostname) {
  // Most patterns fail at their plain end, and that is far cheaper to see than a hundred regular expressions are to make.
  const plainEnd = pattern.slice(pattern.search(/[^*#]*$/));
  if (!hostname.endsWith(plainEnd)) return null;
  const expression = pattern.replaceAll(".", "\\.").replaceAll("*", "(.+?)").replaceAll("#", "\\d+");
  return new RegExp(`^${expression}$`).exec(hostname);
}

;// CONCATENATED MODULE: ./build/src/lib/salesforce-id.js
const ID = /^[A-Za-z\d]{15}([A-Za-z\d]{3})?$/;
const CHECKSUM_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
/** Returns whether a text has the form of a Salesforce ID: 15 or 18 letters and digits. */
function isSalesforceId(text) {
  return ID.test(text);
}
/**
 * Returns the 18-character form of a Salesforce ID, which stays unique where case is ignored.
 *
 * @returns undefined if it isn't an ID, or if its checksum is wrong
 */
function to18Characters(id) {
  if (!isSalesforceId(id)) return undefined;
  const shortId = id.slice(0, 15);
  const longId = shortId + checksum(shortId);
  return id.length === 15 || id === longId ? longId : undefined;
}
/** Returns whether both are IDs of one record, in whichever length. */
function sameId(a, b) {
  return isSalesforceId(a) && isSalesforceId(b) && a.slice(0, 15) === b.slice(0, 15);
}
/** Each checksum digit says which of five characters are upper case, the first one in the lowest bit. */
function checksum(shortId) {
  const digits = [0, 5, 10].map((start) => {
    const upper = [...shortId.slice(start, start + 5)].map((character) => /[A-Z]/.test(character));
    return CHECKSUM_DIGITS.charAt(upper.reduce((bits, isUpper, index) => bits + (isUpper ? 2 ** index : 0), 0));
  });
  return digits.join("");
}

;// CONCATENATED MODULE: ./build/src/inputs/parsers.js


/** Compiled when needed: V8 is slow at Unicode's classes, and most inputs are plain ASCII. */
const INVISIBLE = "[\\s\\p{C}]";
const QUOTES = "\"'`“”„‘’«»";
/** What was never replaced by a value, whatever the input is for. Each is all that the input contains. */
const CERTAIN_PLACEHOLDERS = [
  [/^\*[*\s]*$/, "a masked secret copied from a log (***)", "Copy the value from where it was made, not from a log."],
  [/^\$?\{\{[^{}]*\}\}$/, "an expression that GitHub didn't replace"],
];
const PLACEHOLDERS = [
  ...CERTAIN_PLACEHOLDERS,
  [/^(?:secrets|vars|env|inputs|steps|needs|github)\.[\w.-]+$/, "the name of a secret or variable"],
  [/^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/, "the name of a secret or variable"],
  [/^(?:\$(?:env:)?\w+|\$\{[^{}]*\}|%\w+%)$/i, "the name of a shell variable"],
  [/^\$\([^()]*\)$/, "a shell command"],
  [/^<[^<>.:/@]{1,40}>$/, "a description in angle brackets"],
  [/^(?:null|undefined|none|changeme|todo)$/i, "a word such as null"],
];
/**
 * Returns what placeholder a text is, as details for its error.
 */
function placeholderIn(text, placeholders = PLACEHOLDERS) {
  const value = withoutQuotes(text);
  const found = placeholders.find(([looks]) => looks.test(value));
  return found && { detail: found[1], fixes: [found[2]] };
}
/** Returns a text without whitespace and quotes around it. */
function withoutQuotes(text) {
  const value = text.trim();
  let [start, end] = [0, value.length];
  while (start < end && QUOTES.includes(value.charAt(start))) start++;
  while (end > start && QUOTES.includes(value.charAt(end - 1))) end--;
  return value.slice(start, end).trim();
}
/**
 * Refuses what GitHub or a shell should have replaced.
 *
 * @param isAnyWord whether the value may be any word: then only expressions and `***` are refused
 * @throws InputError `input-placeholder`
 */
function refusePlaceholder(text, isAnyWord) {
  const placeholder = placeholderIn(text, isAnyWord ? CERTAIN_PLACEHOLDERS : PLACEHOLDERS);
  if (placeholder !== undefined) throw inputError("input-placeholder", placeholder);
  if (isAnyWord || !/\$\{|\{\{/.test(text)) return;
  throw inputError("input-placeholder", { detail: "an expression that GitHub didn't replace" });
}
/**
 * Refuses what is around a value in a mail, a shell or a YAML file.
 *
 * @throws InputError `input-quoted`
 */
function refuseQuotes(text) {
  const value = text.trim();
  if (withoutQuotes(value) !== value) throw inputError("input-quoted", { detail: "has quotes around its value" });
  if (/^<|>$/.test(value)) throw inputError("input-quoted", { detail: "has angle brackets around its value" });
  if (/^mailto:/i.test(value)) throw inputError("input-quoted", { detail: "begins with mailto:" });
}
/** The events whose runs for a pull request of a fork get no secrets (GitHub docs, "Events that trigger workflows"). */
const PULL_REQUEST_EVENT = /^pull_request(?:_review|_review_comment)?$/;
/** An event is described in some 30 KB; a larger description isn't worth its time. */
const LARGEST_EVENT = 1024 * 1024;
const DEPENDABOT_STORE =
  "Add the secret to Dependabot's own store too: Settings > Secrets and variables > Dependabot. Its runs get no other secrets.";
const NO_FORKS =
  "Let only branches of this repository run this job, since pull requests from forks get no secrets: if: github.event.pull_request.head.repo.full_name == github.repository";
const WHY_BLANK = [
  "Check that the secret or variable that the step passes exists under that name: Settings > Secrets and variables > Actions. If it is in an environment, add environment: NAME to the job.",
  "If this is a reusable workflow, add secrets: inherit to the job that calls it.",
];
/**
 * Refuses a blank input with the reason that fits this run, if the run shows it; otherwise with all that may fit.
 *
 * @param message a predicate
 * @throws InputError `input-blank`
 */
function refuseBlank(message, facts) {
  if (facts.env["GITHUB_ACTOR"] === "dependabot[bot]") {
    const detail = `${message}: Dependabot's runs get only Dependabot's own secrets`;
    throw inputError("input-blank", { detail, fixes: [DEPENDABOT_STORE] });
  }
  const isFork = isForFork(facts);
  if (isFork === true) {
    const detail = `${message}: pull requests from forks get no secrets`;
    throw inputError("input-blank", { detail, fixes: [NO_FORKS] });
  }
  throw inputError("input-blank", { detail: message, fixes: isFork === false ? WHY_BLANK : [...WHY_BLANK, NO_FORKS] });
}
/** Whether this run is for a pull request from another repository; undefined if that can't be told. */
function isForFork({ env, readFile }) {
  const name = env["GITHUB_EVENT_NAME"];
  if (name && !PULL_REQUEST_EVENT.test(name)) return false;
  try {
    const event = JSON.parse(readFile(env["GITHUB_EVENT_PATH"] ?? "", LARGEST_EVENT).toString());
    const { pull_request, repository } = event;
    // The repository of a fork may have been deleted since.
    return pull_request.head.repo?.id !== repository.id;
  } catch {
    return undefined;
  }
}
/**
 * @param text the consumer key: an opaque identifier without whitespace
 * @throws InputError
 */
function parseConsumerKey(text) {
  const key = text.trim();
  refuseInvisible(key, "consumer-key-malformed");
  // Salesforce shows the secret beside the key: 64 hexadecimal digits, in older apps up to 20 decimal ones.
  if (/^(?:[\dA-F]{64}|\d{15,20})$/.test(key)) {
    throw inputError("consumer-key-malformed", { detail: "is a consumer secret, not a consumer key" });
  }
  return key;
}
/**
 * @param text a Salesforce username, in the form of an email address
 * @throws InputError
 */
function parseUsername(text) {
  const username = text.trim();
  refuseInvisible(username, "username-malformed");
  if (/^[^@]+@[^@]+$/.test(username)) return username;
  throw inputError("username-malformed", { detail: "isn't a Salesforce username, which contains one @" });
}
/**
 * @param text the API name of a token exchange handler
 * @throws InputError
 */
function parseTokenHandler(text) {
  const name = text.trim();
  if (/^[A-Za-z]\w*$/.test(name)) return name;
  throw inputError("token-handler-malformed");
}
/** Neither has whitespace or control characters, which would let a value end a line of the log. */
function refuseInvisible(text, code) {
  if (/^[!-~]*$/.test(text) || !new RegExp(INVISIBLE, "u").test(text)) return;
  throw inputError(code, { detail: "contains whitespace or an invisible character" });
}
/**
 * @param text `true` or `false` in the spellings of YAML 1.2
 * @throws InputError
 */
function parseBoolean(text) {
  const value = text.trim();
  if (/^(?:true|True|TRUE)$/.test(value)) return true;
  if (/^(?:false|False|FALSE)$/.test(value)) return false;
  throw inputError("input-not-a-boolean");
}
/**
 * @param text decimal digits
 * @param range the least and the greatest number that is allowed
 * @throws InputError
 */
function parseWholeNumber(text, { from, to }) {
  const value = text.trim();
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw inputError("input-not-a-number", { detail: `${from} to ${to}` });
}
/**
 * @param text an org ID of 15 or 18 characters
 * @returns 18 characters
 * @throws InputError
 */
function parseOrgId(text) {
  const id = text.trim();
  if (!isSalesforceId(id)) throw inputError("org-id-malformed");
  // Key prefixes: Salesforce help, "Standard Field Record ID Prefix Decoder".
  if (!id.startsWith("00D")) throw inputError("org-id-prefix");
  const longId = to18Characters(id);
  if (longId === undefined) throw inputError("org-id-checksum");
  return longId;
}

;// CONCATENATED MODULE: ./build/src/inputs/login-url.js




const MY_DOMAIN_OF_PRODUCTION = "Use the production org's My Domain: https://YOUR-DOMAIN.my.salesforce.com";
const MY_DOMAIN_OF_SANDBOX =
  "Use the sandbox's My Domain: https://YOUR-DOMAIN--SANDBOX-NAME.sandbox.my.salesforce.com (scratch orgs: see sf org display)";
/** The documented audiences: Salesforce help, OAuth 2.0 JWT Bearer Flow. */
const PRODUCTION_AUDIENCE = "https://login.salesforce.com";
const SANDBOX_AUDIENCE = "https://test.salesforce.com";
const DOCUMENTED_AUDIENCES = [PRODUCTION_AUDIENCE, SANDBOX_AUDIENCE];
/** Whitespace, a backslash, or a control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const NO_ADDRESS = /[\s\\\u0000-\u001f\u007f-\u009f]/;
const HOST_NAME = /^[a-z\d_-]{1,63}(\.[a-z\d_-]{1,63})*$/;
const IP_ADDRESS = /^(\[.*\]|[\d.]*\d)$/;
/** Words that people give alone, and what each means. Others are most likely a My Domain name. */
const BARE_WORDS = new Map([
  ["login", MY_DOMAIN_OF_PRODUCTION],
  ["production", MY_DOMAIN_OF_PRODUCTION],
  ["prod", MY_DOMAIN_OF_PRODUCTION],
  ["test", MY_DOMAIN_OF_SANDBOX],
  ["sandbox", MY_DOMAIN_OF_SANDBOX],
  ["http", "Write https:// once, with its colon and both slashes."],
  ["https", "Write https:// once, with its colon and both slashes."],
]);
/**
 * Reads a login URL as people type it or copy it from the address bar, with or without `https://`.
 *
 * @returns where to ask; reading its `url` again gives the same
 * @throws InputError with one of the `login-url-` codes
 */
function parseLoginUrl(text) {
  const given = readUrl(withoutBrackets(text));
  const { rule, hostname } = findLoginHost(given.hostname);
  const host = given.port === "" ? hostname : `${hostname}:${given.port}`;
  const keepsPath = rule.kind === "site" || rule.kind === "custom-domain";
  const url = `https://${host}${keepsPath ? sitePath(given.pathname) : ""}`;
  const isMyDomain = rule.kind === "my-domain";
  return {
    url,
    host,
    tokenEndpoint: `${url}/services/oauth2/token`,
    audience: url,
    fallbackAudience: isMyDomain ? (rule.sandbox ? SANDBOX_AUDIENCE : PRODUCTION_AUDIENCE) : undefined,
    kind: rule.kind,
    isMyDomain,
    isSalesforce: rule.kind !== "custom-domain",
    isSandbox: rule.sandbox,
  };
}
/**
 * Checks an explicit audience. Its text is kept as it is, a trailing slash included: servers compare it literally.
 *
 * @returns the `aud` claim, and a warning if neither it nor `login_url` is Salesforce's and their hosts differ
 * @throws InputError with one of the `audience-` codes
 */
function checkAudience(text, loginUrl) {
  const audience = text.trim();
  const url = /^https:\/\/./.test(audience) && !NO_ADDRESS.test(audience) ? URL.parse(audience) : null;
  if (url !== null && hasUserInfo(audience)) throw inputError("audience-user-info");
  if (url === null || !HOST_NAME.test(url.hostname)) throw inputError("audience-not-https-url");
  if (loginUrl.isSalesforce || url.hostname === new URL(loginUrl.url).hostname) return { audience, warning: undefined };
  // Whoever runs the host of login_url could use the assertion at Salesforce for as long as it is valid.
  if (isSalesforceHost(url.hostname)) throw inputError("audience-at-other-host");
  const warning =
    `audience names ${url.hostname}, but login_url is ${loginUrl.host}: whoever runs that host gets an assertion that ` +
    "another host may accept for 3 minutes. Remove audience from the step unless you trust both hosts with your org.";
  return { audience, warning };
}
/**
 * Returns lines for the log on where the login goes.
 *
 * @param isSet whether the workflow chose the address
 */
function loginUrlNotices(loginUrl, isSet) {
  if (!loginUrl.isSalesforce) {
    return [`login_url is ${loginUrl.host}, which isn't a host of Salesforce. The assertion is sent there.`];
  }
  if (isSet) return [];
  return [
    `login_url isn't set, so the login goes to ${loginUrl.url}. Set it to the org's own address (${MY_DOMAIN}): ` +
      "since Spring '26, External Client Apps may be found only there.",
  ];
}
function readUrl(text) {
  refuseUnusable(text);
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "http") throw inputError("login-url-not-https");
  if (scheme !== undefined && scheme !== "https") throw inputError("login-url-scheme");
  const address = text.replace(/^(https:\/\/)?\/*/i, "");
  if (/^[^/?#:@]+@[^/?#:@]+$/.test(address) && scheme === undefined) throw inputError("login-url-username");
  if (hasUserInfo(address)) throw inputError("login-url-user-info");
  const url = URL.parse(`https://${address}`);
  if (url === null) throw inputError("login-url-unreadable");
  // A copy, because setting URL.hostname can abort the whole process on Node 24.4.0.
  const hostname = url.hostname.replace(/\.$/, "");
  refuseHost(hostname);
  return { hostname, port: url.port, pathname: url.pathname };
}
/** Removes what is around an address in a mail, a document or a YAML file; a path alone may end in a quote. */
function withoutBrackets(text) {
  const address = text.trim();
  if (!/^["'`“”„‘’«»<]|^mailto:/i.test(address)) return address;
  return withoutQuotes(withoutQuotes(address).replace(/^<|>$/g, "")).replace(/^mailto:/i, "");
}
function refuseUnusable(text) {
  if (text === "") throw inputError("login-url-blank");
  if (NO_ADDRESS.test(text)) throw inputError("login-url-characters");
}
/** An `@` before the path; URL itself forgets a user info that is empty. */
function hasUserInfo(address) {
  return /^(https:)?\/*[^/?#]*@/i.test(address);
}
function refuseHost(hostname) {
  if (IP_ADDRESS.test(hostname)) throw inputError("login-url-ip-address");
  // Node 24.4.0 turns some invalid international names into host names that it then refuses to read itself.
  const isStable = URL.parse(`https://${hostname}`)?.hostname === hostname;
  if (!HOST_NAME.test(hostname) || !isStable) throw inputError("login-url-unreadable");
  if (hostname.includes(".")) return;
  const fix =
    BARE_WORDS.get(hostname) ?? `If ${hostname} is the org's My Domain name, use https://${hostname}.my.salesforce.com`;
  throw inputError("login-url-incomplete", { fixes: [fix] });
}
function findLoginHost(hostname) {
  const { rule, login } = findHostRule(hostname);
  // The generic hosts may not find External Client Apps, so they are never advised.
  const advised = login !== undefined && findHostRule(login).rule.kind !== "login-host" ? login : undefined;
  const details = "why" in rule ? { detail: rule.why, fixes: [advised && `Use https://${advised}`] } : {};
  switch (rule.kind) {
    case "page":
      return findLoginHost(login ?? hostname);
    case "misspelled":
      throw inputError("login-url-misspelled", details);
    case "no-login":
      throw inputError("login-url-no-login-host", details);
    default:
      return { rule, hostname };
  }
}
/**
 * The site's own path, without where browsers end up below it: its login page, its Lightning pages (`/s/…`, Experience
 * Cloud) and its services (`/services/oauth2/token`).
 */
function sitePath(pathname) {
  const names = pathname.split("/").filter((name) => name !== "");
  const pages = names.findIndex((name) => name === "s" || name === "services");
  const site = pages < 0 ? names : names.slice(0, pages);
  while (site.at(-1) === "login") site.pop();
  return site.map((name) => `/${name}`).join("");
}

;// CONCATENATED MODULE: ./build/src/inputs/assertion.js



const OTHER_KEY = "isn't signed with the key of the input certificate";
const OTHER_FORMS = [
  [/^00D\w{12}!/, "is a Salesforce access token, not a JWT"],
  [/\.vault:v\d+:/, "contains Vault's prefix vault:v1: in its signature"],
  [/\s/, "contains a line break or a space"],
  [/^[\w+/=-]+(?:\.[\w+/=-]+){2}$/, "is in base64, and a JWT is in base64url"],
  [/^[\w-]+\.[\w-]+\.?$/, "has no signature"],
  [/^/, "isn't a JWT, which has three base64url parts with a dot between them"],
];
/** Parses an assertion, and refuses what Salesforce would reject for certain. Errors show only its `alg` and hosts. */
function parseAssertion(given, now) {
  const text = given.trim();
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) {
    refuse("assertion-not-a-jwt", OTHER_FORMS.find(([form]) => form.test(text))?.[1]);
  }
  const [header = "", payload = "", signature = ""] = text.split(".");
  const claims = jsonOf(payload, "claims");
  refuseOtherIssuers(claims);
  const { alg } = jsonOf(header, "a header");
  if (alg !== "RS256") refuse("assertion-algorithm", `has ${isWord(alg) ? `the alg ${alg}` : "no valid alg"}`);
  refuseOtherEncodings(signature);
  const iss = textOf(claims, "iss", /^[^\s\p{C}]{1,255}$/u);
  const sub = textOf(claims, "sub", /^(?=.{1,255}$)[^\s\p{C}@]+@[^\s\p{C}@]+$/u);
  return { text, claims: { iss, sub, aud: audience(claims), exp: expiration(claims, now.getTime() / 1000) } };
}
/** Refuses an assertion for another host than the one that gets it, and could use it there. */
function checkAssertionAudience({ claims: { aud } }, loginUrl) {
  const { audience, host, isSalesforce } = loginUrl;
  const { hostname } = new URL(aud);
  // Only Salesforce knows which of its own audiences an org accepts.
  if ([audience, ...(isSalesforce ? DOCUMENTED_AUDIENCES : [])].some((each) => new URL(each).hostname === hostname))
    return;
  const other = isSalesforce ? `Or set login_url to ${aud}, if that is the address of your org.` : undefined;
  const detail = `is for ${hostname} (its aud), but login_url is ${host}`;
  refuse("assertion-audience", detail, `In the signing step, set aud to ${audience}`, other);
}
/** Refuses an assertion whose signature the key doesn't verify, and names the mistake. */
function verifyAssertion({ text }, key) {
  const end = text.lastIndexOf(".");
  const signed = Buffer.from(text.slice(0, end));
  const signature = Buffer.from(text.slice(end + 1), "base64url");
  // Node throws for a key that takes no hash, such as Ed25519.
  if (!key.asymmetricKeyType?.startsWith("rsa")) refuse("assertion-signature", OTHER_KEY);
  if (!(0,external_node_crypto_namespaceObject.verify)("sha256", signed, key, signature)) refuse("assertion-signature", findMistake(signed, signature, key));
}
function refuse(code, detail, ...fixes) {
  throw inputError(code, { detail, fixes });
}
function jsonOf(part, name) {
  try {
    const value = JSON.parse(Buffer.from(part, "base64url").toString());
    if (value?.constructor === Object) return value;
  } catch {}
  return refuse("assertion-not-a-jwt", `has ${name} in another form than a JSON object`);
}
/** An identity provider's `iss` is an address (OpenID Connect Core §2), and a consumer key never is. */
function refuseOtherIssuers({ iss }) {
  const host = typeof iss === "string" ? /^https?:\/\/([\w.-]{1,40})/.exec(iss)?.[1] : undefined;
  if (host === undefined) return;
  const isGithub = host.startsWith("token.actions.");
  refuse("assertion-is-another-token", isGithub ? "GitHub's OIDC token" : `a token that ${host} issued`);
}
function isWord(value) {
  return typeof value === "string" && /^[\w-]{1,20}$/.test(value);
}
function refuseOtherEncodings(part) {
  const bytes = Buffer.from(part, "base64url");
  // SEQUENCE, OCTET STRING, or BIT STRING with a length of two bytes (X.690 §8.1.3).
  const isDer = /^(?:30|03|04)82/.test(bytes.toString("hex", 0, 2)) && bytes.readUInt16BE(2) === bytes.length - 4;
  const wrong = (what) => refuse("assertion-signature", `has a signature that ${what}`);
  if (/^[\da-f]{512,}$/i.test(part)) wrong("is hexadecimal");
  if (/^[\w+/=\s-]+$/.test(bytes.toString("latin1"))) wrong("was encoded twice");
  if (isDer) wrong("is wrapped in DER");
  if (bytes.length < 256) wrong(`has ${bytes.length} bytes, and that of an RSA key has 256 or more`);
}
function textOf(claims, name, form) {
  const value = claims[name];
  if (typeof value === "string" && form.test(value)) return value;
  return refuse("assertion-claim", `has ${value ? "an invalid" : "no"} ${name}`);
}
function audience({ aud }) {
  if (typeof aud === "string" && /^https:\/\/[!-?A-~]+$/.test(aud) && URL.canParse(aud)) return aud;
  const detail = Array.isArray(aud) ? "a list as aud, and Salesforce expects one string" : "no https URL as aud";
  return refuse("assertion-audience", `has ${detail}`, "In the signing step, set aud to the address of login_url.");
}
function expiration({ exp, nbf }, now) {
  const wrong = (detail, fix) => refuse("assertion-expiration", detail, fix);
  if (!Number.isInteger(exp)) return wrong("has no exp in whole seconds");
  const left = Math.floor(exp - now);
  if (left > 1e11) wrong("has an exp in milliseconds, not in seconds");
  // Salesforce documents three minutes, and accepts more.
  if (left > 600) wrong(`expires in ${left} s, and the limit is 600 s`);
  if (left <= 0) wrong(`expired ${-left} s ago by the runner's clock`);
  if (nbf > now + 60) wrong("isn't valid yet", "In the signing step, remove nbf.");
  return exp;
}
function findMistake(signed, signature, key) {
  const pss = { key, padding: external_node_crypto_namespaceObject.constants.RSA_PKCS1_PSS_PADDING };
  if (["sha256", "sha384", "sha512"].some((hash) => (0,external_node_crypto_namespaceObject.verify)(hash, signed, pss, signature))) {
    return "has a PSS signature, and Salesforce accepts only PKCS#1 v1.5 (RS256)";
  }
  const isOf = (data) => content.subarray(-32).equals(sha256(data));
  let content;
  try {
    content = (0,external_node_crypto_namespaceObject.publicDecrypt)(key, signature);
  } catch {
    return OTHER_KEY;
  }
  if (isOf(signed)) return "has a signature without the name of its hash (DigestInfo)";
  if (isOf(sha256(signed))) return "has a signature of the hash's hash: it was hashed twice";
  if (isOf(Buffer.from(`${signed}\n`))) return "has a signature of the text with a line end";
  return "has a signature of another text, or with another hash than SHA-256";
}
function sha256(data) {
  return (0,external_node_crypto_namespaceObject.createHash)("sha256").update(data).digest();
}

;// CONCATENATED MODULE: external "node:buffer"
const external_node_buffer_namespaceObject = require("node:buffer");
;// CONCATENATED MODULE: ./build/src/inputs/pem.js

const fromHex = (_, hex) => String.fromCharCode(Number.parseInt(hex, 16));
const fromReference = (_, digits) =>
  String.fromCharCode(digits.startsWith("x") ? Number.parseInt(digits.slice(1), 16) : Number(digits));
/** What the ways to a secret add to a PEM, in the order in which it is removed, and what takes its place. */
const WRAPPINGS = [
  // Whitespace, quotes, `+`, `/`, `-` and `=` as JSON, URLs, shells, quoted-printable mail and the runner's old commands write them.
  [/(?:\\u00|\\x|[%=])(0[AD]|2[0267BDF]|3D)/gi, fromHex],
  [/&#(\d{1,4}|x[\da-f]{1,4});/gi, fromReference],
  [/&(?:quot|nbsp|newline);|<\\?\/?(?:br|p)\s{0,9}\\?\/?>/gi, ""],
  [/\\(?:[nrt]|01[25])/g, ""],
  // Quoted-printable breaks long lines.
  [/(?<=[!-<>-~]{50})=\r?\n/g, ""],
  // Lines as a JSON array.
  [/["']\s{0,9},\s{0,9}["'](?=[\w+/=-]{0,100}["']\s{0,9}[,\]])/g, ""],
  // Whitespace and control characters of ASCII; `>` marks a quoted mail.
  [/[^!-~\u0080-\uffff]|[\\>"'`[\]]/g, ""],
];
/** What word processors and editors add. Compiled when needed: V8 is slow at Unicode's classes, and most keys are plain ASCII. */
const UNICODE_WRAPPINGS = [
  // Hyphens become dashes and minus signs.
  ["\\p{Pd}|\\u2212", "-"],
  // \p{C}: byte order marks, zero-width characters.
  ["[\\s\\p{C}“”„‘’«»]", ""],
];
/** BEGIN and END lines without whitespace. Those of a private key are recognized even if their dashes are lost. */
const ARMOR = /(BEGIN|END)([A-Z]{0,20}PRIVATEKEY)|(?<=--)(BEGIN|END)([A-Z\d]{0,40})(?=--)/g;
/** Both alphabets of RFC 4648, and no shorter than a key can be. */
const BASE64 = /^[\w+/-]{60,}$/;
const BASE64_RUN = /[\w+/-]{60,}/g;
/** Headers of an encrypted key (RFC 1421 §4.6): the cipher, then its initialization vector in hex, then the key itself. */
const CIPHER = /DEK-Info:([\w-]{1,32}),(.*)/;
const CIPHER_OF_16_BYTES = /AES|ARIA|CAMELLIA|SEED/;
/** A line that tells only what follows or ended. */
const ARMOR_LINE = /^[-\s]*(?:BEGIN|END) [A-Z\d ]{1,60}[-\s]*$/;
/** The runner masks a value wherever it is in the log, so a short one would hide half of the log. */
const SHORTEST_MASK = 8;
/** A BEGIN line alone has more characters. */
const SHORTEST_KEY = 24;
/** What only a private key's text has, without whitespace: as it is, and in base64 at any of its three offsets. */
const PRIVATE_TEXT =
  /PRIVATEKEY|UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW|b3BlbnNzaC1rZXktdjE|PuTTY-User-Key-File|AGE-SECRET-KEY-|[{,]d:[\w-]{40}/;
/** Where DER may begin in base64: a sequence whose length has one to three bytes. */
const DER_START = /M(?=[A-P][\w+/-]{40})/g;
/**
 * How a private key continues after the header of its sequence, in hex: a version, then the algorithm (PKCS#8, RFC 5958;
 * PKCS#12, RFC 7292), the modulus (RFC 8017 §A.1.2) or the secret (RFC 5915); or the algorithm of an encrypted key (RFC 8018).
 */
const PRIVATE_DER =
  /^(?:02010[013](?:30(?:[0-7].|82....)06|028|0420)|30[0-7].06(?:092a864886f70d0105|0a2a864886f70d010c01))/;
/**
 * Returns the bytes of a key file as text: UTF-8 or UTF-16 (what PowerShell's `>` writes) without the byte order mark,
 * or the base64 of a binary file.
 */
function decodeKeyFile(bytes) {
  const encoding = encodingOf(bytes);
  return encoding === undefined ? bytes.toString("base64") : new TextDecoder(encoding).decode(bytes);
}
/** A PEM file begins with ASCII, so the place of the NULs tells UTF-16 even without a byte order mark. */
function encodingOf(bytes) {
  const start = bytes.toString("hex", 0, 4);
  if (/^fffe|^..00..00/.test(start)) return "utf-16le";
  if (/^feff|^00..00/.test(start)) return "utf-16be";
  if ((0,external_node_buffer_namespaceObject.isUtf8)(bytes)) return "utf-8";
  return bytes.includes("-----BEGIN ") ? "latin1" : undefined;
}
/**
 * Removes everything that the ways to a secret add to a PEM: whitespace, quotes, escapes, a name in front, base64 as
 * often as it was applied, a label that isn't the content's. Reads no key: that may fail, and masks come before.
 */
function decodePem(text) {
  const layers = [];
  const innerTexts = [];
  const blocks = [];
  const read = (source) => {
    const compact = unwrap(source);
    layers.push(compact);
    for (const block of findBlocks(compact)) {
      const encoding = block.encryptedPem === undefined ? encodingOf(block.der) : undefined;
      if (encoding === undefined) {
        blocks.push(block);
        layers.push(block.lines.join(""));
      } else {
        // What comes out of base64 is a quarter shorter, so this ends.
        const inner = new TextDecoder(encoding).decode(block.der);
        innerTexts.push(inner);
        read(inner);
      }
    }
  };
  read(text);
  return { layers, innerTexts, blocks };
}
/**
 * Looks for a private key, or a part that tells of one, in a text that should be something else: in PEM, base64 or another
 * known form, whatever is around it.
 *
 * @returns the text decoded, or undefined if it contains no key
 */
function findPrivateKey(text) {
  if (text.length < SHORTEST_KEY) return undefined;
  const decoded = decodePem(text);
  const isPrivate = (layer) =>
    PRIVATE_TEXT.test(layer) ||
    [...layer.matchAll(DER_START)].some(({ index }) => beginsAsPrivateKey(layer.slice(index, index + 64)));
  return decoded.layers.some(isPrivate) ? decoded : undefined;
}
function beginsAsPrivateKey(base64) {
  const der = Buffer.from(base64, "base64");
  const lengthBytes = ((der[1] ?? 0) & 0x80) === 0 ? 0 : (der[1] ?? 0) & 0x7f;
  return PRIVATE_DER.test(der.toString("hex", 2 + lengthBytes));
}
/** Returns the lines of a key's text to mask before the key has been read: all but short ones and BEGIN and END lines. */
function linesToMask(text) {
  const lines = text.split(/[\r\n\u2028\u2029]/).map((line) => line.trim());
  return lines.filter((line) => line.length >= SHORTEST_MASK && !ARMOR_LINE.test(line));
}
/** Returns what to mask of a text besides its own lines: what is inside its base64, and each key as a PEM file has it. */
function decodedLinesToMask({ innerTexts, blocks }) {
  const rebuilt = blocks.flatMap(({ lines }) => [...lines, lines.join("")]);
  return [...new Set([...innerTexts.flatMap(linesToMask), ...rebuilt.filter((line) => line.length >= SHORTEST_MASK)])];
}
function unwrap(text) {
  const ascii = WRAPPINGS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
  if (/^[!-~]*$/.test(ascii)) return ascii;
  return UNICODE_WRAPPINGS.reduce(
    (rest, [pattern, instead]) => rest.replace(new RegExp(pattern, "gu"), instead),
    ascii,
  );
}
function findBlocks(compact) {
  const armor = [...compact.matchAll(ARMOR)];
  if (armor.length === 0) return (compact.match(BASE64_RUN) ?? []).map((run) => block("", run)).filter(isBlock);
  const found = armor.map((line, position) => {
    const next = armor[position + 1];
    if (!line[0].startsWith("BEGIN") || !next?.[0].startsWith("END")) return undefined;
    return block(line[2] ?? "", compact.slice(line.index + line[0].length, next.index));
  });
  return found.filter(isBlock);
}
function isBlock(block) {
  return block !== undefined;
}
function block(label, content) {
  const [, cipher, encrypted = content] = CIPHER.exec(content) ?? [];
  const ivLength = cipher === undefined ? 0 : CIPHER_OF_16_BYTES.test(cipher) ? 16 : 8;
  const body = withoutDashesAround(encrypted.slice(2 * ivLength)).replaceAll(/[,=]/g, "");
  if (!BASE64.test(body)) return undefined;
  const der = Buffer.from(body, "base64");
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  if (cipher === undefined) return { der, lines, encryptedPem: undefined };
  // A cipher that chains blocks gives whole blocks; anything else was cut.
  if (der.length % ivLength !== 0) return undefined;
  const headers = `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${cipher},${encrypted.slice(0, 2 * ivLength)}`;
  const type = label === "ECPRIVATEKEY" ? "EC" : "RSA";
  const pem = [`-----BEGIN ${type} PRIVATE KEY-----`, headers, "", ...lines, `-----END ${type} PRIVATE KEY-----`, ""];
  return { der, lines, encryptedPem: pem.join("\n") };
}
/** The dashes of the BEGIN and END lines; one within base64url is a digit. */
function withoutDashesAround(body) {
  let [start, end] = [0, body.length];
  while (body[start] === "-") start++;
  while (end > start && body[end - 1] === "-") end--;
  return body.slice(start, end);
}

;// CONCATENATED MODULE: ./build/src/inputs/certificate.js




const RENEWAL =
  `Make a new pair (${KEY_PAIR_COMMAND}), upload salesforce.crt to the app (${UPLOAD_PATH}), and change the stored key and ` +
  "certificate at the same time: the app takes one certificate.";
const DAY_MS = 86_400_000;
/** What else is pasted as a certificate, by its text without whitespace (labels: RFC 7468). First match wins. */
const MISTAKES = [
  ["certificate-is-a-request", /BEGIN(?:NEW)?CERTIFICATEREQUEST/],
  ["certificate-truncated", /BEGIN(?:X509|TRUSTED)?CERTIFICATE-/],
  ["certificate-is-a-public-key", /BEGIN[A-Z0-9]{0,20}PUBLICKEY|^(?:ssh|ecdsa)-/],
  ["certificate-is-a-file-name", /^.{1,255}\.(?:crt|cer|cert|pem|der|p7b|p12|pfx|jks|csr|key)$/i],
  ["certificate-is-a-public-key", { test: isPublicKey }],
];
/**
 * Reads a certificate in every shape that a private key is read in: PEM, base64 of PEM or of DER, with whatever the way to
 * a variable added. Of several, returns the one that belongs to the private key, otherwise the first.
 *
 * @throws InputError without a part of the text
 */
function readCertificate(text, privateKey) {
  const decoded = decodePem(text);
  const certificates = decoded.blocks.map(({ der }) => parseDer(der)).filter((found) => found !== undefined);
  const ofKey = privateKey && fingerprint((0,external_node_crypto_namespaceObject.createPublicKey)(privateKey));
  const certificate =
    certificates.find(({ publicKeyFingerprint }) => publicKeyFingerprint === ofKey) ?? certificates[0];
  if (certificate !== undefined) return certificate;
  const mistake = MISTAKES.find(([, looks]) => decoded.layers.some((layer) => looks.test(layer)));
  throw inputError(mistake?.[0] ?? "certificate-unreadable");
}
/**
 * Checks that a certificate is the private key's.
 *
 * @throws InputError `certificate-key-mismatch` with the fingerprints of both public keys
 */
function assertKeyPair(pair) {
  const ofCertificate = pair.certificate.publicKeyFingerprint;
  const ofKey = fingerprint((0,external_node_crypto_namespaceObject.createPublicKey)(pair.privateKey));
  if (ofCertificate === ofKey) return;
  throw inputError("certificate-key-mismatch", {
    detail: `of the certificate's public key is ${ofCertificate}, the private key's is ${ofKey}`,
  });
}
/**
 * Returns a warning if the certificate has expired, expires soon, or isn't valid yet.
 *
 * @param now the moment to compare with
 * @param warningDays how many days before the expiration the warnings begin
 */
function certificateWarning(facts) {
  const { notBefore, notAfter } = facts.certificate;
  const leftMs = notAfter.getTime() - facts.now.getTime();
  if (leftMs <= 0) {
    return `The certificate expired on ${day(notAfter)}. Salesforce is reported to go on accepting it, but doesn't promise to. ${RENEWAL}`;
  }
  if (notBefore > facts.now) {
    return (
      `The certificate is valid only from ${notBefore.toISOString()}, which is in the future by the runner's clock. ` +
      "Check the runner's clock, or use the certificate from then on."
    );
  }
  if (leftMs > facts.warningDays * DAY_MS) return undefined;
  return `The certificate expires on ${day(notAfter)}, in ${daysLeft(leftMs)}. ${RENEWAL}`;
}
function parseDer(der) {
  try {
    const { validFromDate, validToDate, publicKey } = new external_node_crypto_namespaceObject.X509Certificate(der);
    if (Number.isNaN(validFromDate.getTime()) || Number.isNaN(validToDate.getTime())) return undefined;
    return { notBefore: validFromDate, notAfter: validToDate, publicKeyFingerprint: fingerprint(publicKey), publicKey };
  } catch {
    return undefined;
  }
}
function isPublicKey(base64) {
  const key = Buffer.from(base64, "base64");
  return ["spki", "pkcs1"].some((type) => {
    try {
      (0,external_node_crypto_namespaceObject.createPublicKey)({ key, format: "der", type });
      return true;
    } catch {
      return false;
    }
  });
}
function fingerprint(publicKey) {
  return (0,external_node_crypto_namespaceObject.createHash)("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest("hex");
}
function day(date) {
  return `${date.toISOString().slice(0, 10)} (UTC)`;
}
function daysLeft(leftMs) {
  const days = Math.floor(leftMs / DAY_MS);
  if (days === 0) return "less than a day";
  return days === 1 ? "1 day" : `${days} days`;
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = require("node:fs");
;// CONCATENATED MODULE: ./build/src/inputs/key-file.js


/** A key of 16,384 bits fills 13 KB; certificates beside it add a few. */
const LARGEST_KEY_FILE = 64 * 1024;
/** A longer name in a path is rather a secret in the wrong input. */
const LONGEST_NAME = 40;
const MISSING = "names a file that doesn't exist";
const FOREIGN_FILE = [
  "can't be read by the runner's user",
  "Let the step that writes the file give it to the runner's user: chmod 600, without sudo.",
];
/** Why a file can't be read, by the operating system's code or one of {@link readRegularFile}, and what to do. */
const REASONS = {
  ENOENT: [MISSING, "Check out or write the file in an earlier step of the same job."],
  ENOTDIR: [MISSING, "Check the path: a part of it is a file, not a folder."],
  EACCES: FOREIGN_FILE,
  EPERM: FOREIGN_FILE,
  NOT_A_FILE: ["isn't the path of a file", "Give the path of the key file itself."],
  TOO_LARGE: ["names a file larger than 64 KiB", "Give the path of the key file itself."],
};
/**
 * Reads a file into memory.
 *
 * @param path absolute, or relative to the current folder, which is the workspace in a step
 * @param maxBytes what is larger is refused
 * @throws an error with a `code`: the operating system's, `NOT_A_FILE` or `TOO_LARGE`
 */
function readRegularFile(path, maxBytes) {
  const facts = (0,external_node_fs_namespaceObject.statSync)(path);
  // Reading a FIFO would never end.
  if (!facts.isFile()) throw Object.assign(new Error("not a file"), { code: "NOT_A_FILE" });
  if (facts.size > maxBytes) throw Object.assign(new Error("too large"), { code: "TOO_LARGE" });
  return (0,external_node_fs_namespaceObject.readFileSync)(path);
}
/**
 * Reads a key file.
 *
 * @param path as the workflow gave it; it is shown only if it looks like a path
 * @throws InputError `private-key-file-unreadable`
 */
function readKeyFile(path, deps) {
  try {
    return deps.readFile(path, LARGEST_KEY_FILE);
  } catch (error) {
    const code = error.code;
    if (code === undefined) throw error;
    throw unreadable(code, path, deps.env["GITHUB_WORKSPACE"]);
  }
}
function unreadable(systemCode, path, workspace = "") {
  const [detail, fix] = REASONS[systemCode] ?? ["names a file that can't be read", "Check the path."];
  const given = looksLikePath(path) ? ` ${path}` : "";
  const start = looksLikePath(workspace) ? `the workspace, ${workspace}` : "the workspace";
  const where = detail === MISSING ? `Check the path${given}. It is relative to ${start}.` : undefined;
  return inputError("private-key-file-unreadable", { detail, fixes: [where, fix] });
}
function looksLikePath(text) {
  return /^[\w .~@:/\\-]{1,200}$/.test(text) && text.split(/[/\\]/).every((name) => name.length <= LONGEST_NAME);
}

;// CONCATENATED MODULE: ./build/src/inputs/raw-inputs.js
/** Every input with the value that counts when it isn't passed, as in `action.yml`. */
const INPUT_DEFAULTS = {
  consumer_key: "",
  username: "",
  private_key: "",
  private_key_file: "",
  assertion: "",
  github_oidc: "false",
  token_handler: "",
  private_key_passphrase: "",
  login_url: "https://login.salesforce.com",
  audience: "",
  certificate: "",
  certificate_warning_days: "30",
  expected_org_id: "",
  export_environment_variables: "false",
  revoke_token: "false",
  write_job_summary: "false",
  timeout_seconds: "60",
};
/** In the order of `action.yml`. */
const INPUT_NAMES = Object.keys(INPUT_DEFAULTS);
/**
 * Takes the inputs out of the step's environment (`INPUT_…`, as GitHub's runner passes them).
 */
function rawInputs(env) {
  const entries = Object.entries(INPUT_DEFAULTS).map(([name, otherwise]) => {
    const given = env[`INPUT_${name.toUpperCase()}`];
    // A login_url that was passed but is blank must not quietly become production.
    const blankCounts = name === "login_url" && given !== undefined;
    return [name, given?.trim() || blankCounts ? given : otherwise];
  });
  return Object.freeze(Object.fromEntries(entries));
}

;// CONCATENATED MODULE: ./build/src/inputs/login-ways.js




/** The inputs that log in each by itself. */
const WAYS = ["private_key", "private_key_file", "assertion", "github_oidc"];
const WITHOUT_EFFECT = {
  private_key: ["token_handler"],
  private_key_file: ["token_handler"],
  assertion: ["token_handler", "private_key_passphrase", "audience"],
  github_oidc: ["username", "private_key_passphrase", "certificate", "certificate_warning_days"],
};
/** Returns whether the text of a boolean input is true, even if other inputs can't be used. */
function isTrue(text) {
  return text.trim().toLowerCase() === "true";
}
/** Finds the inputs that are set to log in, and takes inputs that do nothing beside them for blank. */
function findWays(given) {
  const set = WAYS.filter((name) => (name === "github_oidc" ? isTrue(given[name]) : given[name] !== ""));
  const [way = "private_key"] = set;
  if (set.length > 1) return { ways: set, raw: given, unused: [] };
  const unused = WITHOUT_EFFECT[way].filter((name) => given[name] !== INPUT_DEFAULTS[name]);
  const blank = Object.fromEntries(unused.map((name) => [name, INPUT_DEFAULTS[name]]));
  const error = inputError("input-without-effect", { detail: way });
  return { ways: [way], raw: { ...given, ...blank }, unused: unused.map((input) => ({ input, error })) };
}
/** Reads whose login it is, and with what. */
function readLogin(ways, reader, facts) {
  const [way = "private_key", ...others] = ways;
  const { issues, take, read, readOptional, readRequired } = reader;
  read("github_oidc", parseBoolean);
  const isKey = way !== "assertion" && way !== "github_oidc" && others.length === 0;
  const consumerKey = (isKey || way === "github_oidc" ? readRequired : readOptional)("consumer_key", parseConsumerKey);
  const username = (isKey ? readRequired : readOptional)("username", parseUsername) ?? "";
  if (others.length > 0) {
    for (const each of ways) read(each, (text) => text);
    const error = inputError("login-given-twice", { detail: others.join(" and ") });
    if (issues.every(({ input }) => !WAYS.some((name) => name === input))) take(way, raise(error));
  } else if (way === "assertion") {
    const assertion = read(way, (text) => parseAssertion(text, facts.now));
    if (assertion) return readSigned({ consumerKey, username, assertion }, reader, facts);
  } else if (way === "github_oidc") {
    return { consumerKey, username: "", keyless: readKeyless(reader, facts) };
  } else {
    readOptional("private_key_passphrase", (text) => text);
    return { consumerKey, username, privateKey: take(way, facts.readKey) };
  }
  return { consumerKey, username };
}
function raise(error) {
  return () => {
    throw error;
  };
}
function readSigned({ consumerKey, username, assertion }, { take }, { loginUrl }) {
  const { iss, sub } = assertion.claims;
  const differs = (input, detail) => take(input, raise(inputError("assertion-mismatch", { detail })));
  if (consumerKey !== undefined && consumerKey !== iss) differs("consumer_key", "iss of the assertion");
  // Salesforce doesn't distinguish the case of usernames.
  const isOther = username && username.toLowerCase() !== sub.toLowerCase();
  if (isOther) differs("username", `sub of the assertion, which is ${sub}`);
  if (loginUrl) take("assertion", () => checkAssertionAudience(assertion, loginUrl));
  return { consumerKey: iss, username: sub, assertion };
}
/** Token exchange is documented for My Domains and sites only, and a handler compares the audience with the My Domain. */
function readKeyless({ take, readOptional }, { loginUrl, audience }) {
  const kind = loginUrl?.kind ?? "my-domain";
  if (kind !== "my-domain" && kind !== "site") take("login_url", raise(inputError("login-url-not-for-keyless")));
  if (kind === "site" && audience === "") take("audience", raise(inputError("audience-missing-at-site")));
  return { tokenHandler: readOptional("token_handler", parseTokenHandler) };
}

;// CONCATENATED MODULE: ./build/src/inputs/private-key.js




/** RFC 7518 §3.3. */
const FEWEST_BITS = 2048;
/** Node's codes of OpenSSL errors for a cipher that doesn't exist or is switched off. */
const UNSUPPORTED_CIPHER = /OSSL_(?:EVP|PEM)_UNSUPPORTED/;
/** First match wins. */
// biome-ignore format: a table, one row a line where it fits
const private_key_MISTAKES = [
    { code: "private-key-other-format", looks: /PuTTY-User-Key-File/, detail: "PuTTY's (.ppk)", fix: "Convert the file: puttygen salesforce.ppk -O private-openssh -o salesforce.key" },
    { code: "private-key-other-format", looks: /BEGINOPENSSHPRIVATEKEY|^b3BlbnNzaC1rZXktdjE/, detail: "OpenSSH's", fix: "Convert the file, which is overwritten (press Enter for no passphrase): ssh-keygen -p -m PEM -f salesforce.key" },
    // Base64 of how JKS (FE ED FE ED), JCEKS (CE CE CE CE) and PKCS#12 (RFC 7292 §4: a sequence that begins with version 3) start.
    { code: "private-key-other-format", looks: /^(?:\/u3\+7Q|zs7Ozg)/, detail: "Java keystore (JKS)", fix: "Extract the key: keytool -importkeystore -srckeystore keystore.jks -destkeystore keystore.p12 -deststoretype PKCS12, then openssl pkcs12 -in keystore.p12 -nocerts -nodes -out salesforce.key" },
    { code: "private-key-other-format", looks: /^(?:MI[A-P]...IBAzC|MIACAQMw)/, detail: "PKCS#12 (.p12, .pfx)", fix: "Extract the key: openssl pkcs12 -in keystore.p12 -nocerts -nodes -out salesforce.key" },
    { code: "private-key-encrypted-file", looks: /\$ANSIBLE_VAULT;/, detail: "ansible-vault" },
    { code: "private-key-encrypted-file", looks: /^(?:Salted__|U2FsdGVkX1)/, detail: "openssl enc" },
    { code: "private-key-encrypted-file", looks: /BEGINPGPMESSAGE/, detail: "PGP" },
    { code: "private-key-encrypted-file", looks: /BEGINAGEENCRYPTEDFILE|age-encryption\.org\//, detail: "age" },
    { code: "private-key-encrypted-file", looks: /ENCAES256_GCM,data:/, detail: "sops" },
    { code: "private-key-encrypted-file", looks: /^AEdJVENSWVBU/, detail: "git-crypt" },
    { code: "private-key-encrypted-file", looks: /^vault:v\d{1,9}:/, detail: "HashiCorp Vault" },
    { code: "private-key-encrypted-file", looks: /^AQICAH/, detail: "AWS KMS" },
    { code: "private-key-other-value", looks: /BEGINPGPPRIVATEKEYBLOCK/, detail: "a PGP key" },
    { code: "private-key-truncated", looks: /(?:BEGIN|END)(?:RSA|EC|DSA|ENCRYPTED|ANY)?PRIVATEKEY/ },
    { code: "private-key-is-certificate", looks: /BEGIN(?:NEW)?CERTIFICATEREQUEST/, detail: " signing request" },
    { code: "private-key-is-certificate", looks: /BEGIN(?:X509|TRUSTED)?CERTIFICATE|BEGINPKCS7/ },
    { code: "private-key-is-public", looks: /BEGIN(?:RSA|EC|DSA|SSH2)?PUBLICKEY|^(?:ssh|ecdsa)-|^AAAA[A-Z]3NzaC/ },
    { code: "private-key-other-value", looks: /^(?:\d{3,5})?SHA256:[\w+/]{43}|^(?:[\w()-]{0,30}[=:])?(?:[\da-f]{2}:){15,}[\da-f]{2}$|^(?:[\da-f]{32}|[\da-f]{40})$/i, detail: "the fingerprint of a key or certificate" },
    { code: "private-key-other-value", looks: /^(?:[\dA-F]{64}|\d{15,20})$/, detail: "a consumer secret (or a fingerprint)" },
    { code: "private-key-other-value", looks: /^3MVG9[\w.]{20}/, detail: "a consumer key" },
    { code: "private-key-other-value", looks: /^eyJ[\w-]{10,}\.[\w-]+\./, detail: "a JWT" },
    { code: "private-key-other-value", looks: /^00D[A-Za-z\d]{12}!/, detail: "an access token" },
    { code: "private-key-other-format", looks: /^\{/, detail: "JSON (a JWK?)", fix: `Convert a JWK: node -p "require('crypto').createPrivateKey({key:JSON.parse(require('fs').readFileSync('key.json')),format:'jwk'}).export({type:'pkcs8',format:'pem'})" > salesforce.key` },
    { code: "private-key-is-file-path", looks: /^(?=.{1,300}$)(?:[~@/]|\.\.?\/|[A-Za-z]:|(?:file|https?):|.*\.(?:key|pem|der|p8|p12|pfx|jks|ppk|crt|cer|csr|txt)$)/i },
    { code: "private-key-is-file-path", looks: /^(?=.{1,59}$)[\w.-]+\/[\w./-]+$/ },
    { code: "private-key-is-public", looks: { test: private_key_isPublicKey } },
    { code: "private-key-is-certificate", looks: { test: isCertificate } },
    // How DER of such a length and a PEM file start in base64.
    { code: "private-key-truncated", looks: /^(?:MI[A-P].{60}|LS0tLS1CRUdJ|Proc-Type:)/ },
];
/**
 * Reads a private key as people paste it: PKCS#1 or PKCS#8, encrypted or not, as PEM, as base64 of PEM or of DER, in
 * whatever shape it came through a secret. Of several keys, returns the first that can be used.
 *
 * @param mask is given each line of other forms of the key, before anything can fail on it; what a passphrase opens is
 *   never written out
 * @returns an RSA key of at least 2048 bits that signs
 * @throws InputError without a part of the key
 */
function readPrivateKey(args) {
  const { text, passphrase, mask } = args;
  const decoded = decodePem(text);
  decodedLinesToMask(decoded).forEach(mask);
  let refused;
  for (const block of decoded.blocks) {
    const outcome = readBlock(block, passphrase);
    if (outcome instanceof external_node_crypto_namespaceObject.KeyObject) return outcome;
    refused ??= outcome;
  }
  throw refused ?? identifyMistake(text, decoded);
}
/** Gives the key or why it can't be used; nothing where the block is no key at all. */
function readBlock({ der, encryptedPem }, passphrase) {
  const opened =
    encryptedPem === undefined
      ? openDer(der, passphrase)
      : decrypt((secret) => (0,external_node_crypto_namespaceObject.createPrivateKey)({ key: encryptedPem, passphrase: secret }), passphrase);
  return opened instanceof external_node_crypto_namespaceObject.KeyObject ? (unusableReason(opened) ?? opened) : opened;
}
/** The label of a PEM block is often wrong, so each form is tried, whatever it says. */
function openDer(key, passphrase) {
  for (const type of ["pkcs8", "pkcs1", "sec1"]) {
    try {
      return (0,external_node_crypto_namespaceObject.createPrivateKey)({ key, format: "der", type });
    } catch (error) {
      if (codeOf(error) !== "ERR_MISSING_PASSPHRASE") continue;
      return decrypt((secret) => (0,external_node_crypto_namespaceObject.createPrivateKey)({ key, format: "der", type, passphrase: secret }), passphrase);
    }
  }
  return undefined;
}
function decrypt(open, passphrase) {
  if (passphrase === undefined) return inputError("private-key-needs-passphrase");
  // A secret that was set from a file or by echo ends with the line end of the file.
  const candidates = new Set([passphrase, passphrase.replace(/\r?\n$|\r$/, "")]);
  let code = "private-key-wrong-passphrase";
  for (const candidate of candidates) {
    try {
      return open(candidate);
    } catch (error) {
      if (UNSUPPORTED_CIPHER.test(codeOf(error))) code = "private-key-encryption-unsupported";
    }
  }
  return inputError(code);
}
function unusableReason(key) {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details } = key;
  if (type !== "rsa") return inputError("private-key-not-rsa", { detail: type });
  const bits = details?.modulusLength ?? 0;
  if (bits < FEWEST_BITS) return inputError("private-key-too-short", { detail: String(bits) });
  return numbersAreConsistent(key) || canSign(key) ? undefined : inputError("private-key-truncated");
}
/**
 * Whether a key's numbers belong together (RFC 8017 §3.2), which takes a fraction of a signature's time. Where they don't,
 * the key may still sign, because OpenSSL compensates for some of them. The numbers are written out for this, and go nowhere.
 */
function numbersAreConsistent(key) {
  return doesNotThrow(() => {
    const { n, e, d, p, q } = key.export({ format: "jwk" });
    const exponents = integer(e) * integer(d);
    return integer(p) * integer(q) === integer(n) && [p, q].every((prime) => exponents % (integer(prime) - 1n) === 1n);
  });
}
function integer(base64url = "") {
  return BigInt(`0x${Buffer.from(base64url, "base64url").toString("hex")}`);
}
/** A changed character can leave a key that OpenSSL reads, but whose numbers don't belong together. */
function canSign(key) {
  const probe = Buffer.from("probe");
  return doesNotThrow(() => (0,external_node_crypto_namespaceObject.verify)("sha256", probe, (0,external_node_crypto_namespaceObject.createPublicKey)(key), (0,external_node_crypto_namespaceObject.sign)("sha256", probe, key)));
}
function identifyMistake(text, { layers }) {
  const placeholder = placeholderIn(text);
  if (placeholder !== undefined) return inputError("input-placeholder", placeholder);
  if (layers[0] === "") return inputError("private-key-empty");
  const mistake = private_key_MISTAKES.find(({ looks }) => layers.some((layer) => looks.test(layer)));
  if (mistake === undefined) return inputError("private-key-unrecognized");
  return inputError(mistake.code, { detail: mistake.detail ?? "", fixes: [mistake.fix] });
}
function private_key_isPublicKey(base64) {
  const key = Buffer.from(base64, "base64");
  return ["spki", "pkcs1"].some((type) =>
    doesNotThrow(() => (0,external_node_crypto_namespaceObject.createPublicKey)({ key, format: "der", type }).type === "public"),
  );
}
function isCertificate(base64) {
  return doesNotThrow(() => new external_node_crypto_namespaceObject.X509Certificate(Buffer.from(base64, "base64")).subject !== undefined);
}
function doesNotThrow(attempt) {
  try {
    return attempt();
  } catch {
    return false;
  }
}
function codeOf(error) {
  return String(error.code);
}

;// CONCATENATED MODULE: ./build/src/inputs/reader.js




/** Inputs that nothing prints. A private key in any other one is in the wrong place. */
const SECRETS = ["private_key", "private_key_passphrase"];
/** The most characters that an input may have, and bytes of the passphrase: OpenSSL reads no more (PEM_BUFSIZE). */
const LIMITS = {
  private_key: 64 * 1024,
  private_key_file: 4096,
  assertion: 16 * 1024,
  token_handler: 80,
  private_key_passphrase: 1024,
  login_url: 2048,
  audience: 2048,
  certificate: 64 * 1024,
};
const DEFAULT_LIMIT = 255;
/** Inputs whose value may be any word, so that only what no one would choose counts as a placeholder. */
const ANY_WORD = ["private_key_file", "private_key_passphrase"];
/** Inputs in which quotes do no harm, or belong to the value. */
const MAY_BE_QUOTED = [...SECRETS, "certificate", "login_url"];
/**
 * Returns what has to be masked before anything else is printed, one line each: of a key's text all but short lines and
 * BEGIN and END lines, of the passphrase every line.
 */
function secretsOfInputs(raw) {
  const passphrase = raw.private_key_passphrase.split(/[\r\n]/).map((line) => line.trim());
  const misplaced = INPUT_NAMES.filter((input) => !SECRETS.includes(input)).flatMap((input) => {
    const decoded = findPrivateKey(raw[input]);
    return decoded ? [...linesToMask(raw[input]), ...decodedLinesToMask(decoded)] : [];
  });
  const assertion = raw.assertion.split(/[\s"'`]+/).flatMap((word) => [word, word.slice(word.lastIndexOf(".") + 1)]);
  const others = [...passphrase.filter((line) => line !== ""), ...assertion.filter((part) => part.length >= 8)];
  return [...new Set([...linesToMask(raw.private_key), ...others, ...misplaced])];
}
/** Reads inputs one by one, and collects what is wrong with them. */
function inputReader(raw, deps, issues = []) {
  const take = (input, read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues.push({ input, code: error.code, message: error.message, fixes: error.fixes });
      return undefined;
    }
  };
  const read = (input, parse) =>
    take(input, () => {
      reader_refuseUnusable(input, raw[input]);
      return parse(raw[input]);
    });
  const readOptional = (input, parse) => (raw[input] === "" ? undefined : read(input, parse));
  const readRequired = (input, parse) =>
    raw[input] === "" ? take(input, () => refuseBlank("is blank", deps)) : read(input, parse);
  return { issues, take, read, readOptional, readRequired };
}
/** Refuses what is wrong with a text whatever its input is for. */
function reader_refuseUnusable(input, text) {
  if (!SECRETS.includes(input) && findPrivateKey(text)) throw inputError("input-is-a-private-key");
  const limit = LIMITS[input] ?? DEFAULT_LIMIT;
  const isBytes = input === "private_key_passphrase";
  const length = isBytes ? Buffer.byteLength(text.replace(/\r?\n$|\r$/, "")) : text.length;
  if (length > limit) {
    const detail = `has ${length} ${isBytes ? "bytes" : "characters"}, and the limit is ${limit}`;
    throw inputError("input-too-long", { detail });
  }
  // A key may be found beside a placeholder, so it looks for one itself.
  if (input !== "private_key") refusePlaceholder(text, ANY_WORD.includes(input));
  if (!MAY_BE_QUOTED.includes(input)) refuseQuotes(text);
}

;// CONCATENATED MODULE: ./build/src/inputs/inputs.js











/** Returns whether a job summary is wanted, even if other inputs can't be used. */
function wantsSummary(raw) {
  return isTrue(raw.write_job_summary);
}
/**
 * Checks and reads all inputs.
 *
 * @throws InputsError with every problem there is
 */
function readInputs(given, deps) {
  const { ways, raw, unused } = findWays(given);
  const reader = inputReader(raw, deps);
  const { issues, read, readOptional } = reader;
  const { read: readUnused } = inputReader(given, deps, issues);
  const loginUrl = read("login_url", parseLoginUrl);
  const login = readLogin(ways, reader, {
    loginUrl,
    audience: raw.audience,
    now: deps.now,
    readKey: () => readKey(raw, deps),
  });
  // Checked beside the default where login_url can't be used, so that this problem is told as well.
  const chosen = readOptional("audience", (text) =>
    checkAudience(text, loginUrl ?? parseLoginUrl(INPUT_DEFAULTS.login_url)),
  );
  const certificate = readCertificateOf(login, reader);
  const warningDays = read("certificate_warning_days", (text) => parseWholeNumber(text, { from: 0, to: 3650 }));
  const others = {
    expectedOrgId: readOptional("expected_org_id", parseOrgId),
    exportEnvironmentVariables: read("export_environment_variables", parseBoolean),
    revokeToken: read("revoke_token", parseBoolean),
    writeJobSummary: read("write_job_summary", parseBoolean),
    timeoutSeconds: read("timeout_seconds", (text) => parseWholeNumber(text, { from: 1, to: 600 })),
  };
  for (const { input, error } of unused) {
    readUnused(input, () => {
      throw error;
    });
  }
  if (issues.length > 0) throw new InputsError(issues.sort(byInput));
  const signedFor = login.assertion?.claims.aud;
  return Object.freeze({
    ...login,
    loginUrl,
    audience: signedFor ?? chosen?.audience ?? loginUrl?.audience,
    fallbackAudience: signedFor || chosen || login.keyless ? undefined : loginUrl?.fallbackAudience,
    certificate,
    ...others,
    warnings: [
      chosen?.warning,
      certificate && certificateWarning({ certificate, now: deps.now, warningDays: warningDays ?? 0 }),
    ].filter((warning) => warning !== undefined),
    notices: loginUrl ? loginUrlNotices(loginUrl, raw.login_url !== INPUT_DEFAULTS.login_url) : [],
  });
}
/** Reads the certificate, and checks that it is the private key's, or that of the key that signed. */
function readCertificateOf({ privateKey, assertion }, { take, readOptional }) {
  const certificate = readOptional("certificate", (text) => readCertificate(text, privateKey));
  if (certificate && privateKey) take("certificate", () => assertKeyPair({ certificate, privateKey }));
  if (certificate && assertion) take("assertion", () => verifyAssertion(assertion, certificate.publicKey));
  return certificate;
}
/** The order of `action.yml`. */
function byInput(one, other) {
  return INPUT_NAMES.indexOf(one.input) - INPUT_NAMES.indexOf(other.input);
}
function readKey(raw, deps) {
  const { private_key: key, private_key_file: file } = raw;
  if (key === "" && file === "") return refuseBlank("is blank, and so are private_key_file and assertion", deps);
  reader_refuseUnusable(key === "" ? "private_key_file" : "private_key", key || file);
  const text = key || decodeKeyFile(readKeyFile(file, deps));
  linesToMask(text).forEach(deps.mask);
  return readPrivateKey({ text, passphrase: raw.private_key_passphrase || undefined, mask: deps.mask });
}

;// CONCATENATED MODULE: ./build/src/lib/clock.js
/** Work that wasn't done in its time. */
class TimeoutError extends Error {
  name = "TimeoutError";
  /** @param milliseconds that the work was given */
  constructor(milliseconds) {
    super(`no answer within ${(milliseconds / 1000).toFixed(1)} s`);
  }
}
const systemClock = {
  now: Date.now,
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  withTimeout: async (milliseconds, work) => {
    const controller = new AbortController();
    let timer;
    // Unlike AbortSignal.timeout(), this timer keeps the process alive: Node must not end before there is a result.
    const over = new Promise((_, reject) => {
      timer = setTimeout(() => {
        const error = new TimeoutError(milliseconds);
        reject(error);
        controller.abort(error);
      }, milliseconds);
    });
    try {
      return await Promise.race([work(controller.signal), over]);
    } finally {
      clearTimeout(timer);
    }
  },
};

;// CONCATENATED MODULE: external "node:diagnostics_channel"
const external_node_diagnostics_channel_namespaceObject = require("node:diagnostics_channel");
;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = require("node:net");
;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = require("node:tls");
// EXTERNAL MODULE: external "http"
var external_http_ = __nccwpck_require__(611);
var external_http_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_http_, 2);
// EXTERNAL MODULE: external "https"
var external_https_ = __nccwpck_require__(692);
var external_https_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_https_, 2);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
//# sourceMappingURL=proxy.js.map
// EXTERNAL MODULE: ./node_modules/tunnel/index.js
var tunnel = __nccwpck_require__(770);
;// CONCATENATED MODULE: ./stubs/undici/index.js
/**
 * `@actions/http-client` imports `ProxyAgent` for `getAgentDispatcher()`, a method that this action never calls. The real
 * undici would add a megabyte to the bundle.
 */
class ProxyAgent {
  constructor() {
    throw new Error("This bundle doesn't contain undici: getAgentDispatcher() can't be used.");
  }
}

;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/index.js
/* eslint-disable @typescript-eslint/no-explicit-any */
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};





var HttpCodes;
(function (HttpCodes) {
    HttpCodes[HttpCodes["OK"] = 200] = "OK";
    HttpCodes[HttpCodes["MultipleChoices"] = 300] = "MultipleChoices";
    HttpCodes[HttpCodes["MovedPermanently"] = 301] = "MovedPermanently";
    HttpCodes[HttpCodes["ResourceMoved"] = 302] = "ResourceMoved";
    HttpCodes[HttpCodes["SeeOther"] = 303] = "SeeOther";
    HttpCodes[HttpCodes["NotModified"] = 304] = "NotModified";
    HttpCodes[HttpCodes["UseProxy"] = 305] = "UseProxy";
    HttpCodes[HttpCodes["SwitchProxy"] = 306] = "SwitchProxy";
    HttpCodes[HttpCodes["TemporaryRedirect"] = 307] = "TemporaryRedirect";
    HttpCodes[HttpCodes["PermanentRedirect"] = 308] = "PermanentRedirect";
    HttpCodes[HttpCodes["BadRequest"] = 400] = "BadRequest";
    HttpCodes[HttpCodes["Unauthorized"] = 401] = "Unauthorized";
    HttpCodes[HttpCodes["PaymentRequired"] = 402] = "PaymentRequired";
    HttpCodes[HttpCodes["Forbidden"] = 403] = "Forbidden";
    HttpCodes[HttpCodes["NotFound"] = 404] = "NotFound";
    HttpCodes[HttpCodes["MethodNotAllowed"] = 405] = "MethodNotAllowed";
    HttpCodes[HttpCodes["NotAcceptable"] = 406] = "NotAcceptable";
    HttpCodes[HttpCodes["ProxyAuthenticationRequired"] = 407] = "ProxyAuthenticationRequired";
    HttpCodes[HttpCodes["RequestTimeout"] = 408] = "RequestTimeout";
    HttpCodes[HttpCodes["Conflict"] = 409] = "Conflict";
    HttpCodes[HttpCodes["Gone"] = 410] = "Gone";
    HttpCodes[HttpCodes["TooManyRequests"] = 429] = "TooManyRequests";
    HttpCodes[HttpCodes["InternalServerError"] = 500] = "InternalServerError";
    HttpCodes[HttpCodes["NotImplemented"] = 501] = "NotImplemented";
    HttpCodes[HttpCodes["BadGateway"] = 502] = "BadGateway";
    HttpCodes[HttpCodes["ServiceUnavailable"] = 503] = "ServiceUnavailable";
    HttpCodes[HttpCodes["GatewayTimeout"] = 504] = "GatewayTimeout";
})(HttpCodes || (HttpCodes = {}));
var Headers;
(function (Headers) {
    Headers["Accept"] = "accept";
    Headers["ContentType"] = "content-type";
})(Headers || (Headers = {}));
var MediaTypes;
(function (MediaTypes) {
    MediaTypes["ApplicationJson"] = "application/json";
})(MediaTypes || (MediaTypes = {}));
/**
 * Returns the proxy URL, depending upon the supplied url and proxy environment variables.
 * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
 */
function lib_getProxyUrl(serverUrl) {
    const proxyUrl = pm.getProxyUrl(new URL(serverUrl));
    return proxyUrl ? proxyUrl.href : '';
}
const HttpRedirectCodes = [
    HttpCodes.MovedPermanently,
    HttpCodes.ResourceMoved,
    HttpCodes.SeeOther,
    HttpCodes.TemporaryRedirect,
    HttpCodes.PermanentRedirect
];
const HttpResponseRetryCodes = [
    HttpCodes.BadGateway,
    HttpCodes.ServiceUnavailable,
    HttpCodes.GatewayTimeout
];
const RetryableHttpVerbs = ['OPTIONS', 'GET', 'DELETE', 'HEAD'];
const ExponentialBackoffCeiling = 10;
const ExponentialBackoffTimeSlice = 5;
class HttpClientError extends Error {
    constructor(message, statusCode) {
        super(message);
        this.name = 'HttpClientError';
        this.statusCode = statusCode;
        Object.setPrototypeOf(this, HttpClientError.prototype);
    }
}
class HttpClientResponse {
    constructor(message) {
        this.message = message;
    }
    readBody() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                let output = Buffer.alloc(0);
                this.message.on('data', (chunk) => {
                    output = Buffer.concat([output, chunk]);
                });
                this.message.on('end', () => {
                    resolve(output.toString());
                });
            }));
        });
    }
    readBodyBuffer() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                const chunks = [];
                this.message.on('data', (chunk) => {
                    chunks.push(chunk);
                });
                this.message.on('end', () => {
                    resolve(Buffer.concat(chunks));
                });
            }));
        });
    }
}
function isHttps(requestUrl) {
    const parsedUrl = new URL(requestUrl);
    return parsedUrl.protocol === 'https:';
}
class lib_HttpClient {
    constructor(userAgent, handlers, requestOptions) {
        this._ignoreSslError = false;
        this._allowRedirects = true;
        this._allowRedirectDowngrade = false;
        this._maxRedirects = 50;
        this._allowRetries = false;
        this._maxRetries = 1;
        this._keepAlive = false;
        this._disposed = false;
        this.userAgent = this._getUserAgentWithOrchestrationId(userAgent);
        this.handlers = handlers || [];
        this.requestOptions = requestOptions;
        if (requestOptions) {
            if (requestOptions.ignoreSslError != null) {
                this._ignoreSslError = requestOptions.ignoreSslError;
            }
            this._socketTimeout = requestOptions.socketTimeout;
            if (requestOptions.allowRedirects != null) {
                this._allowRedirects = requestOptions.allowRedirects;
            }
            if (requestOptions.allowRedirectDowngrade != null) {
                this._allowRedirectDowngrade = requestOptions.allowRedirectDowngrade;
            }
            if (requestOptions.maxRedirects != null) {
                this._maxRedirects = Math.max(requestOptions.maxRedirects, 0);
            }
            if (requestOptions.keepAlive != null) {
                this._keepAlive = requestOptions.keepAlive;
            }
            if (requestOptions.allowRetries != null) {
                this._allowRetries = requestOptions.allowRetries;
            }
            if (requestOptions.maxRetries != null) {
                this._maxRetries = requestOptions.maxRetries;
            }
        }
    }
    options(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('OPTIONS', requestUrl, null, additionalHeaders || {});
        });
    }
    get(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('GET', requestUrl, null, additionalHeaders || {});
        });
    }
    del(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('DELETE', requestUrl, null, additionalHeaders || {});
        });
    }
    post(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('POST', requestUrl, data, additionalHeaders || {});
        });
    }
    patch(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PATCH', requestUrl, data, additionalHeaders || {});
        });
    }
    put(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PUT', requestUrl, data, additionalHeaders || {});
        });
    }
    head(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('HEAD', requestUrl, null, additionalHeaders || {});
        });
    }
    sendStream(verb, requestUrl, stream, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request(verb, requestUrl, stream, additionalHeaders);
        });
    }
    /**
     * Gets a typed object from an endpoint
     * Be aware that not found returns a null.  Other errors (4xx, 5xx) reject the promise
     */
    getJson(requestUrl_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, additionalHeaders = {}) {
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            const res = yield this.get(requestUrl, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    postJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.post(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    putJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.put(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    patchJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.patch(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    /**
     * Makes a raw http request.
     * All other methods such as get, post, patch, and request ultimately call this.
     * Prefer get, del, post and patch
     */
    request(verb, requestUrl, data, headers) {
        return __awaiter(this, void 0, void 0, function* () {
            if (this._disposed) {
                throw new Error('Client has already been disposed.');
            }
            const parsedUrl = new URL(requestUrl);
            let info = this._prepareRequest(verb, parsedUrl, headers);
            // Only perform retries on reads since writes may not be idempotent.
            const maxTries = this._allowRetries && RetryableHttpVerbs.includes(verb)
                ? this._maxRetries + 1
                : 1;
            let numTries = 0;
            let response;
            do {
                response = yield this.requestRaw(info, data);
                // Check if it's an authentication challenge
                if (response &&
                    response.message &&
                    response.message.statusCode === HttpCodes.Unauthorized) {
                    let authenticationHandler;
                    for (const handler of this.handlers) {
                        if (handler.canHandleAuthentication(response)) {
                            authenticationHandler = handler;
                            break;
                        }
                    }
                    if (authenticationHandler) {
                        return authenticationHandler.handleAuthentication(this, info, data);
                    }
                    else {
                        // We have received an unauthorized response but have no handlers to handle it.
                        // Let the response return to the caller.
                        return response;
                    }
                }
                let redirectsRemaining = this._maxRedirects;
                while (response.message.statusCode &&
                    HttpRedirectCodes.includes(response.message.statusCode) &&
                    this._allowRedirects &&
                    redirectsRemaining > 0) {
                    const redirectUrl = response.message.headers['location'];
                    if (!redirectUrl) {
                        // if there's no location to redirect to, we won't
                        break;
                    }
                    const parsedRedirectUrl = new URL(redirectUrl);
                    if (parsedUrl.protocol === 'https:' &&
                        parsedUrl.protocol !== parsedRedirectUrl.protocol &&
                        !this._allowRedirectDowngrade) {
                        throw new Error('Redirect from HTTPS to HTTP protocol. This downgrade is not allowed for security reasons. If you want to allow this behavior, set the allowRedirectDowngrade option to true.');
                    }
                    // we need to finish reading the response before reassigning response
                    // which will leak the open socket.
                    yield response.readBody();
                    // strip authorization header if redirected to a different hostname
                    if (parsedRedirectUrl.hostname !== parsedUrl.hostname) {
                        for (const header in headers) {
                            // header names are case insensitive
                            if (header.toLowerCase() === 'authorization') {
                                delete headers[header];
                            }
                        }
                    }
                    // let's make the request with the new redirectUrl
                    info = this._prepareRequest(verb, parsedRedirectUrl, headers);
                    response = yield this.requestRaw(info, data);
                    redirectsRemaining--;
                }
                if (!response.message.statusCode ||
                    !HttpResponseRetryCodes.includes(response.message.statusCode)) {
                    // If not a retry code, return immediately instead of retrying
                    return response;
                }
                numTries += 1;
                if (numTries < maxTries) {
                    yield response.readBody();
                    yield this._performExponentialBackoff(numTries);
                }
            } while (numTries < maxTries);
            return response;
        });
    }
    /**
     * Needs to be called if keepAlive is set to true in request options.
     */
    dispose() {
        if (this._agent) {
            this._agent.destroy();
        }
        this._disposed = true;
    }
    /**
     * Raw request.
     * @param info
     * @param data
     */
    requestRaw(info, data) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => {
                function callbackForResult(err, res) {
                    if (err) {
                        reject(err);
                    }
                    else if (!res) {
                        // If `err` is not passed, then `res` must be passed.
                        reject(new Error('Unknown error'));
                    }
                    else {
                        resolve(res);
                    }
                }
                this.requestRawWithCallback(info, data, callbackForResult);
            });
        });
    }
    /**
     * Raw request with callback.
     * @param info
     * @param data
     * @param onResult
     */
    requestRawWithCallback(info, data, onResult) {
        if (typeof data === 'string') {
            if (!info.options.headers) {
                info.options.headers = {};
            }
            info.options.headers['Content-Length'] = Buffer.byteLength(data, 'utf8');
        }
        let callbackCalled = false;
        function handleResult(err, res) {
            if (!callbackCalled) {
                callbackCalled = true;
                onResult(err, res);
            }
        }
        const req = info.httpModule.request(info.options, (msg) => {
            const res = new HttpClientResponse(msg);
            handleResult(undefined, res);
        });
        let socket;
        req.on('socket', sock => {
            socket = sock;
        });
        // If we ever get disconnected, we want the socket to timeout eventually
        req.setTimeout(this._socketTimeout || 3 * 60000, () => {
            if (socket) {
                socket.end();
            }
            handleResult(new Error(`Request timeout: ${info.options.path}`));
        });
        req.on('error', function (err) {
            // err has statusCode property
            // res should have headers
            handleResult(err);
        });
        if (data && typeof data === 'string') {
            req.write(data, 'utf8');
        }
        if (data && typeof data !== 'string') {
            data.on('close', function () {
                req.end();
            });
            data.pipe(req);
        }
        else {
            req.end();
        }
    }
    /**
     * Gets an http agent. This function is useful when you need an http agent that handles
     * routing through a proxy server - depending upon the url and proxy environment variables.
     * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
     */
    getAgent(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        return this._getAgent(parsedUrl);
    }
    getAgentDispatcher(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (!useProxy) {
            return;
        }
        return this._getProxyAgentDispatcher(parsedUrl, proxyUrl);
    }
    _prepareRequest(method, requestUrl, headers) {
        const info = {};
        info.parsedUrl = requestUrl;
        const usingSsl = info.parsedUrl.protocol === 'https:';
        info.httpModule = usingSsl ? external_https_namespaceObject : external_http_namespaceObject;
        const defaultPort = usingSsl ? 443 : 80;
        info.options = {};
        info.options.host = info.parsedUrl.hostname;
        info.options.port = info.parsedUrl.port
            ? parseInt(info.parsedUrl.port)
            : defaultPort;
        info.options.path =
            (info.parsedUrl.pathname || '') + (info.parsedUrl.search || '');
        info.options.method = method;
        info.options.headers = this._mergeHeaders(headers);
        if (this.userAgent != null) {
            info.options.headers['user-agent'] = this.userAgent;
        }
        info.options.agent = this._getAgent(info.parsedUrl);
        // gives handlers an opportunity to participate
        if (this.handlers) {
            for (const handler of this.handlers) {
                handler.prepareRequest(info.options);
            }
        }
        return info;
    }
    _mergeHeaders(headers) {
        if (this.requestOptions && this.requestOptions.headers) {
            return Object.assign({}, lowercaseKeys(this.requestOptions.headers), lowercaseKeys(headers || {}));
        }
        return lowercaseKeys(headers || {});
    }
    /**
     * Gets an existing header value or returns a default.
     * Handles converting number header values to strings since HTTP headers must be strings.
     * Note: This returns string | string[] since some headers can have multiple values.
     * For headers that must always be a single string (like Content-Type), use the
     * specialized _getExistingOrDefaultContentTypeHeader method instead.
     */
    _getExistingOrDefaultHeader(additionalHeaders, header, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[header];
            if (headerValue) {
                clientHeader =
                    typeof headerValue === 'number' ? headerValue.toString() : headerValue;
            }
        }
        const additionalValue = additionalHeaders[header];
        if (additionalValue !== undefined) {
            return typeof additionalValue === 'number'
                ? additionalValue.toString()
                : additionalValue;
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    /**
     * Specialized version of _getExistingOrDefaultHeader for Content-Type header.
     * Always returns a single string (not an array) since Content-Type should be a single value.
     * Converts arrays to comma-separated strings and numbers to strings to ensure type safety.
     * This was split from _getExistingOrDefaultHeader to provide stricter typing for callers
     * that assign the result to places expecting a string (e.g., additionalHeaders[Headers.ContentType]).
     */
    _getExistingOrDefaultContentTypeHeader(additionalHeaders, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[Headers.ContentType];
            if (headerValue) {
                if (typeof headerValue === 'number') {
                    clientHeader = String(headerValue);
                }
                else if (Array.isArray(headerValue)) {
                    clientHeader = headerValue.join(', ');
                }
                else {
                    clientHeader = headerValue;
                }
            }
        }
        const additionalValue = additionalHeaders[Headers.ContentType];
        // Return the first non-undefined value, converting numbers or arrays to strings if necessary
        if (additionalValue !== undefined) {
            if (typeof additionalValue === 'number') {
                return String(additionalValue);
            }
            else if (Array.isArray(additionalValue)) {
                return additionalValue.join(', ');
            }
            else {
                return additionalValue;
            }
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    _getAgent(parsedUrl) {
        let agent;
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (this._keepAlive && useProxy) {
            agent = this._proxyAgent;
        }
        if (!useProxy) {
            agent = this._agent;
        }
        // if agent is already assigned use that agent.
        if (agent) {
            return agent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        let maxSockets = 100;
        if (this.requestOptions) {
            maxSockets = this.requestOptions.maxSockets || external_http_.globalAgent.maxSockets;
        }
        // This is `useProxy` again, but we need to check `proxyURl` directly for TypeScripts's flow analysis.
        if (proxyUrl && proxyUrl.hostname) {
            const agentOptions = {
                maxSockets,
                keepAlive: this._keepAlive,
                proxy: Object.assign(Object.assign({}, ((proxyUrl.username || proxyUrl.password) && {
                    proxyAuth: `${proxyUrl.username}:${proxyUrl.password}`
                })), { host: proxyUrl.hostname, port: proxyUrl.port })
            };
            let tunnelAgent;
            const overHttps = proxyUrl.protocol === 'https:';
            if (usingSsl) {
                tunnelAgent = overHttps ? tunnel.httpsOverHttps : tunnel.httpsOverHttp;
            }
            else {
                tunnelAgent = overHttps ? tunnel.httpOverHttps : tunnel.httpOverHttp;
            }
            agent = tunnelAgent(agentOptions);
            this._proxyAgent = agent;
        }
        // if tunneling agent isn't assigned create a new agent
        if (!agent) {
            const options = { keepAlive: this._keepAlive, maxSockets };
            agent = usingSsl ? new external_https_.Agent(options) : new external_http_.Agent(options);
            this._agent = agent;
        }
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            agent.options = Object.assign(agent.options || {}, {
                rejectUnauthorized: false
            });
        }
        return agent;
    }
    _getProxyAgentDispatcher(parsedUrl, proxyUrl) {
        let proxyAgent;
        if (this._keepAlive) {
            proxyAgent = this._proxyAgentDispatcher;
        }
        // if agent is already assigned use that agent.
        if (proxyAgent) {
            return proxyAgent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        proxyAgent = new ProxyAgent(Object.assign({ uri: proxyUrl.href, pipelining: !this._keepAlive ? 0 : 1 }, ((proxyUrl.username || proxyUrl.password) && {
            token: `Basic ${Buffer.from(`${proxyUrl.username}:${proxyUrl.password}`).toString('base64')}`
        })));
        this._proxyAgentDispatcher = proxyAgent;
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            proxyAgent.options = Object.assign(proxyAgent.options.requestTls || {}, {
                rejectUnauthorized: false
            });
        }
        return proxyAgent;
    }
    _getUserAgentWithOrchestrationId(userAgent) {
        const baseUserAgent = userAgent || 'actions/http-client';
        const orchId = process.env['ACTIONS_ORCHESTRATION_ID'];
        if (orchId) {
            // Sanitize the orchestration ID to ensure it contains only valid characters
            // Valid characters: 0-9, a-z, _, -, .
            const sanitizedId = orchId.replace(/[^a-z0-9_.-]/gi, '_');
            return `${baseUserAgent} actions_orchestration_id/${sanitizedId}`;
        }
        return baseUserAgent;
    }
    _performExponentialBackoff(retryNumber) {
        return __awaiter(this, void 0, void 0, function* () {
            retryNumber = Math.min(ExponentialBackoffCeiling, retryNumber);
            const ms = ExponentialBackoffTimeSlice * Math.pow(2, retryNumber);
            return new Promise(resolve => setTimeout(() => resolve(), ms));
        });
    }
    _processResponse(res, options) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => __awaiter(this, void 0, void 0, function* () {
                const statusCode = res.message.statusCode || 0;
                const response = {
                    statusCode,
                    result: null,
                    headers: {}
                };
                // not found leads to null obj returned
                if (statusCode === HttpCodes.NotFound) {
                    resolve(response);
                }
                // get the result from the body
                function dateTimeDeserializer(key, value) {
                    if (typeof value === 'string') {
                        const a = new Date(value);
                        if (!isNaN(a.valueOf())) {
                            return a;
                        }
                    }
                    return value;
                }
                let obj;
                let contents;
                try {
                    contents = yield res.readBody();
                    if (contents && contents.length > 0) {
                        if (options && options.deserializeDates) {
                            obj = JSON.parse(contents, dateTimeDeserializer);
                        }
                        else {
                            obj = JSON.parse(contents);
                        }
                        response.result = obj;
                    }
                    response.headers = res.message.headers;
                }
                catch (err) {
                    // Invalid resource (contents not json);  leaving result obj null
                }
                // note that 3xx redirects are handled by the http layer.
                if (statusCode > 299) {
                    let msg;
                    // if exception/error in body, attempt to get better error
                    if (obj && obj.message) {
                        msg = obj.message;
                    }
                    else if (contents && contents.length > 0) {
                        // it may be the case that the exception is in the body message as string
                        msg = contents;
                    }
                    else {
                        msg = `Failed request: (${statusCode})`;
                    }
                    const err = new HttpClientError(msg, statusCode);
                    err.result = response.result;
                    reject(err);
                }
                else {
                    resolve(response);
                }
            }));
        });
    }
}
const lowercaseKeys = (obj) => Object.keys(obj).reduce((c, k) => ((c[k.toLowerCase()] = obj[k]), c), {});
//# sourceMappingURL=index.js.map
;// CONCATENATED MODULE: ./build/src/lib/http.js




/** The most of a response's body that is read and kept, in bytes. */
const BODY_LIMIT = 1024 * 1024;
/**
 * How long one of a host's addresses may take to connect before the next one is tried. Node's default of 250 ms gives
 * up on every address of a distant host (nodejs/node issue 54359).
 */
const CONNECT_MS = 2000;
/**
 * Set on every connection, so that the environment can't weaken it: Node reads NODE_TLS_REJECT_UNAUTHORIZED and
 * `--tls-min-v1.0` only for connections that don't say.
 */
const TLS_OPTIONS = {
  rejectUnauthorized: true,
  minVersion: external_node_tls_namespaceObject.DEFAULT_MIN_VERSION === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2",
};
/**
 * Sends a form in one POST: never redirected, never repeated, through the proxy of `https_proxy` and `no_proxy`.
 *
 * @throws the error of the socket, the proxy or TLS, or the signal's reason; with {@link Progress}
 */
const httpPost = ({ url, form, signal }) => {
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  return exchange(signal, (client) => client.post(url, new URLSearchParams(form).toString(), headers));
};
/** Sends one GET, under the conditions of {@link httpPost}. */
const httpGet = ({ url, bearer, signal }) => {
  const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
  return exchange(signal, (client) => client.get(url, headers));
};
async function exchange(signal, send) {
  const client = new lib_HttpClient("salesforce-jwt-auth", [configure(signal)], { allowRedirects: false });
  const progress = { stage: "not connected" };
  // The caller sees the reason as soon as it aborts, before this function does.
  signal.addEventListener("abort", () => Object.assign(signal.reason, progress), { once: true });
  try {
    const { message } = await watch(progress, () => send(client));
    return { status: message.statusCode ?? 0, headers: message.headers, ...(await readBody(message)) };
  } catch (error) {
    throw signal.aborted ? signal.reason : Object.assign(error, progress);
  }
}
/**
 * Warns before the first request when NODE_TLS_REJECT_UNAUTHORIZED is set: it has no effect on this action.
 *
 * @param env the step's environment. The variable is removed from it: Node's own warning would say that it has an effect.
 * @param send sends the request
 */
function ignoreTlsSwitch(env, warn, send) {
  return (request) => {
    if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
      delete env["NODE_TLS_REJECT_UNAUTHORIZED"];
      warn(
        "NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on this action: it verifies every server's certificate. To trust your company's CA, set NODE_EXTRA_CA_CERTS to its certificate file in the step's env.",
      );
    }
    return send(request);
  };
}
/**
 * The client has no way to end or configure a request, so this goes in where it lets handlers change the options. Node
 * prefers the agent's options to the request's. Behind a proxy the agent makes the TLS connection with the host from
 * its own options, and the CONNECT, a request of its own, from `proxyOptions`.
 */
function configure(signal) {
  return {
    prepareRequest(options) {
      const connection = { ...TLS_OPTIONS, autoSelectFamilyAttemptTimeout: CONNECT_MS };
      const agent = options.agent;
      options.signal = signal;
      Object.assign(agent.options, connection);
      if (!agent.proxyOptions) return;
      // A URL has an IPv6 address in brackets, which a socket takes for a name.
      const host = agent.proxyOptions.host.replace(/^\[(.*)\]$/, "$1");
      // Without a name of its own, Node would check the proxy's certificate for the host that the CONNECT names.
      const servername = (0,external_node_net_namespaceObject.isIP)(host) === 0 ? host : "";
      Object.assign(agent.proxyOptions, connection, { signal, host, servername });
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new Error("unreachable: no authentication is handled")),
  };
}
/** Follows the requests that `send` makes at once: the POST and, behind a proxy, its CONNECT. */
function watch(progress, send) {
  const follow = (message) => {
    const { request } = message;
    const isConnect = request.method === "CONNECT";
    request.once("socket", (socket) => {
      socket.once("connect", () => {
        progress.stage = isConnect ? "connected to the proxy" : "connected";
      });
      if (!isConnect) socket.once("secureConnect", () => (progress.stage = "secured"));
    });
    if (isConnect) request.prependOnceListener("connect", () => (progress.stage = "connected"));
  };
  (0,external_node_diagnostics_channel_namespaceObject.subscribe)("http.client.request.created", follow);
  try {
    return send();
  } finally {
    (0,external_node_diagnostics_channel_namespaceObject.unsubscribe)("http.client.request.created", follow);
  }
}
/** The client's own `readBody()` has no limit and never settles when the body is cut off. */
async function readBody(message) {
  const chunks = [];
  let size = 0;
  for await (const chunk of message) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop destroys the connection, so no more than this is ever kept.
    if (size > BODY_LIMIT) break;
  }
  const body = Buffer.concat(chunks)
    .subarray(0, BODY_LIMIT)
    .toString("utf8")
    .replace(/^\ufeff/, "");
  return { body, oversized: size > BODY_LIMIT };
}

;// CONCATENATED MODULE: ./build/src/lib/proxy.js

/** The environment names a proxy by an address that can't be used. */
class ProxyAddressError extends Error {
  name = "ProxyAddressError";
  problem;
  /** @param variable that contains the address, which may contain a password and is never repeated */
  constructor(variable, { cause = "", fix }) {
    super(`The proxy address in ${variable} isn't valid.`);
    this.problem = { cause: `${variable} ${cause}.`, fix };
  }
}
const EXAMPLE = "http://USER:PASSWORD@HOST:PORT";
/** What a URL has to be free of at its ends; it takes spaces and control characters there (URL Standard, "basic URL parser"). */
const INVISIBLE_ENDS = /^[\s\u200b-\u200d\u2060]|[\s\u200b-\u200d\u2060]$/;
/**
 * Mistakes with which the client would pass over the proxy, or take a part of the password for its host. The first
 * match is reported.
 */
const ADDRESS_RULES = [
  {
    isBroken: (address) => INVISIBLE_ENDS.test(address),
    cause: "begins or ends with an invisible character, such as a no-break space",
    fix: `Type the address again instead of copying it: ${EXAMPLE}`,
  },
  {
    isBroken: (address) => /^["'`“”‘’]|["'`“”‘’]$/.test(address),
    cause: "has quotation marks around the address",
    fix: `Remove the quotation marks: ${EXAMPLE}`,
  },
  {
    isBroken: (address) => address.includes("\\"),
    cause: "contains a backslash, as in DOMAIN\\USER, and a URL ends its host there",
    fix: "Write the backslash as %5C: http://DOMAIN%5CUSER:PASSWORD@HOST:PORT",
  },
  {
    isBroken: (address) => /^[a-z][a-z\d+.-]*:\/\//i.test(address) && !/^https?:/i.test(address),
    cause: "begins with another scheme than http:// or https://",
    fix: `Set it to an HTTP proxy: ${EXAMPLE}. The action can't use SOCKS proxies and PAC files.`,
  },
  {
    isBroken: (address) => !hasScheme(address) && URL.canParse(address),
    cause: "doesn't begin with http://",
    fix: `Put http:// in front: ${EXAMPLE}`,
  },
  {
    // Everything from one of these characters on is no longer the host.
    isBroken: (address) => /[/?#]./s.test(address.replace(/^https?:\/\//i, "")),
    cause: "contains /, ? or # after http://, usually as a character of the password that isn't URL-encoded",
    fix: "Write / as %2F, ? as %3F and # as %23 in the user name and the password, and end the address after the port.",
  },
  {
    isBroken: (address) => !canDecode(address),
    cause: "contains a % that isn't the beginning of a URL-encoded character",
    fix: "Write % as %25 in the user name and the password.",
  },
  {
    isBroken: (address) => !hasHost(address),
    cause: "isn't the address of a proxy",
    fix: `Set it to ${EXAMPLE}, or leave it unset where there is no proxy.`,
  },
];
/**
 * Refuses to send when the environment names a proxy whose address the client can't read: it would pass over the proxy
 * and connect to the host directly, or connect to a host that a part of the password names.
 */
function requireReadableProxy(env, send) {
  return async (request) => {
    // The same order as in the client's `getProxyUrl`.
    const variable = env["https_proxy"] ? "https_proxy" : "HTTPS_PROXY";
    const address = env[variable];
    const broken = address && ADDRESS_RULES.find(({ isBroken }) => isBroken(withoutSpaces(address)));
    if (broken && !checkBypass(new URL(request.url))) throw new ProxyAddressError(variable, broken);
    return send(request);
  };
}
/** As URL trims it: `trim()` would also remove characters with which the client can't read the address. */
function withoutSpaces(address) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what URL removes
  return address.replace(/^[\u0000- ]+|[\u0000- ]+$/g, "");
}
function hasScheme(address) {
  return /^https?:\/\//i.test(address);
}
function canDecode(address) {
  try {
    decodeURIComponent(address);
    return true;
  } catch {
    return false;
  }
}
function hasHost(address) {
  const url = hasScheme(address) ? address : `http://${address}`;
  return URL.canParse(url) && /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\da-f:.]+\])$/i.test(new URL(url).hostname);
}

;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = require("os");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function utils_toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = require("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = require("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_namespaceObject.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_namespaceObject.appendFileSync(filePath, `${toCommandValue(message)}${external_os_namespaceObject.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_namespaceObject.EOL}${convertedValue}${external_os_namespaceObject.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = require("path");
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/auth.js
var auth_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
class BasicCredentialHandler {
    constructor(username, password) {
        this.username = username;
        this.password = password;
    }
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class auth_BearerCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Bearer ${this.token}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class PersonalAccessTokenCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`PAT:${this.token}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
//# sourceMappingURL=auth.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/oidc-utils.js
var oidc_utils_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class oidc_utils_OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(oidc_utils_OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = oidc_utils_OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = oidc_utils_OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield oidc_utils_OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_namespaceObject.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_namespaceObject.constants.R_OK | external_fs_namespaceObject.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_namespaceObject.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = (/* unused pure expression or super */ null && (_summary));
const summary = (/* unused pure expression or super */ null && (_summary));
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, path.sep);
}
//# sourceMappingURL=path-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield exec.getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_namespaceObject.platform();
const arch = external_os_namespaceObject.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return file_command_issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    command_issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function core_setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return file_command_issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_namespaceObject.EOL);
    command_issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function core_debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    command_issueCommand('error', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return file_command_issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    command_issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
;// CONCATENATED MODULE: ./build/src/lib/runner.js



// The runner doesn't mask annotation titles, so there is one title and it contains no value.
const ANNOTATION = { title: "Salesforce JWT Auth" };
/** What this step passes through each file. */
const CONTENT = {
  GITHUB_OUTPUT: "outputs",
  GITHUB_ENV: "environment variables",
  GITHUB_STATE: "the token to revoke",
};
const SAME_USER = {
  cause:
    "The runner's files belong to another user than the one that runs this step, as in container jobs and on Actions Runner Controller.",
  fix: "Run the job's container as the user of the runner, for example with container.options: --user 1001 (the number that `id -u` prints for the runner's user).",
  nextAct: "Run the container as the runner's user.",
};
const NOT_MOUNTED = {
  cause: "The runner's temporary folder isn't mounted where this step runs.",
  fix: "Mount the runner's work folder (_work, with _temp in it) into the container at the same path, as the runner does for container jobs.",
  nextAct: "Mount the runner's work folder.",
};
const OVERWRITTEN = {
  cause: "The workflow or an earlier step set the variable to something else.",
  fix: "Remove the variable from env of the workflow, the job and the step: the runner sets it.",
  nextAct: "Remove the variable from env.",
};
const DISK_FULL = {
  cause: "The disk with the runner's temporary folder is full, or the user's quota is used up.",
  fix: "Free space on the runner's disk, then run the job again.",
  nextAct: "Free space on the disk.",
};
/** Causes by the code of the system's error. */
const CAUSES = {
  EACCES: [SAME_USER, OVERWRITTEN],
  EPERM: [SAME_USER, OVERWRITTEN],
  EROFS: [NOT_MOUNTED],
  ENOENT: [NOT_MOUNTED, OVERWRITTEN],
  ENOTDIR: [NOT_MOUNTED, OVERWRITTEN],
  NOT_A_FILE: [OVERWRITTEN],
  ENOSPC: [DISK_FULL],
  EDQUOT: [DISK_FULL],
  EFBIG: [DISK_FULL],
  EIO: [DISK_FULL],
};
/**
 * The job as GitHub's runner offers it to a step.
 *
 * @param env the step's environment, which names the runner's files
 */
function githubRunner(env) {
  const masked = new Set();
  const sizesBefore = new Map();
  const write = (file, command) => writeOrUndo({ env, file, command, sizesBefore });
  return {
    mask: (secret) => {
      // Each mask is a line of a debug log, and a key comes in several forms with the same lines.
      for (const line of secret.split(/[\r\n]+/).map((text) => text.trim())) {
        if (line === "" || masked.has(line)) continue;
        masked.add(line);
        core_setSecret(line);
      }
    },
    debug: core_debug,
    // The runner carries out `##[command]` anywhere in a plain line (actions/runner, ActionCommand).
    info: (message) => info(message.replaceAll("##[", "# # [")),
    warning: (message) => warning(message, ANNOTATION),
    error: (message) => error(message, ANNOTATION),
    requireFiles: (files) => {
      for (const file of files) requireFile(env, file);
    },
    output: (name, value) => write("GITHUB_OUTPUT", () => setOutput(name, value)),
    exportVariable: (name, value) => write("GITHUB_ENV", () => exportVariable(name, value)),
    saveState: (name, value) => write("GITHUB_STATE", () => saveState(name, value)),
    addSummary: (markdown) => {
      try {
        // The toolkit's summary would bring a builder of HTML tables, and load node's file promises in every run.
        const file = env["GITHUB_STEP_SUMMARY"] ?? "";
        requireRegularFile(file);
        (0,external_node_fs_namespaceObject.appendFileSync)(file, markdown);
      } catch {
        warning("The job summary couldn't be written: GITHUB_STEP_SUMMARY isn't a writable file.", ANNOTATION);
      }
    },
  };
}
function requireFile(env, file) {
  const path = env[file];
  if (!path) throw notSet(file);
  try {
    requireRegularFile(path);
  } catch (error) {
    throw unusable(file, error, `No token was requested: the action couldn't pass on ${CONTENT[file]}.`);
  }
}
/**
 * @throws the system's error, or one with the code NOT_A_FILE
 */
function requireRegularFile(path) {
  if (!(0,external_node_fs_namespaceObject.statSync)(path).isFile()) throw Object.assign(new Error("not a regular file"), { code: "NOT_A_FILE" });
  // Permissions don't tell everything: a read-only mount or an access list shows only when the file is opened. Opening
  // a FIFO would wait for a reader forever; if one is put here after the check above, O_NONBLOCK makes it fail.
  (0,external_node_fs_namespaceObject.closeSync)((0,external_node_fs_namespaceObject.openSync)(path, external_node_fs_namespaceObject.constants.O_WRONLY | external_node_fs_namespaceObject.constants.O_APPEND | (external_node_fs_namespaceObject.constants.O_NONBLOCK ?? 0)));
}
/**
 * Writes, or leaves nothing of this step behind: the runner also reads the files of a step that failed, and half an
 * entry would be an error of its own.
 */
function writeOrUndo({ env, file, command, sizesBefore }) {
  const path = env[file];
  // Without its file the toolkit prints the value as an old command on stdout, in clear.
  if (!path) throw notSet(file);
  try {
    if (!sizesBefore.has(file)) sizesBefore.set(file, (0,external_node_fs_namespaceObject.statSync)(path).size);
    command();
  } catch (error) {
    const results = ["GITHUB_OUTPUT", "GITHUB_ENV"];
    // A token that was saved for the post step is to be revoked there, whatever happened to the outputs.
    const files = file === "GITHUB_STATE" ? [...results, file] : results;
    const undone = files.map((written) => undo(env[written], sizesBefore.get(written))).every(Boolean);
    throw unusable(file, error, describeOutcome(file, undone));
  }
}
function undo(path, size) {
  if (!path || size === undefined) return true;
  try {
    (0,external_node_fs_namespaceObject.truncateSync)(path, size);
    return true;
  } catch {
    return false;
  }
}
function describeOutcome(file, undone) {
  const results = undone
    ? "No outputs and no environment variables were set."
    : "Some outputs or environment variables may be set: don't use them.";
  return file === "GITHUB_STATE" ? `The token wasn't saved for the post step. ${results}` : results;
}
function notSet(file) {
  return new ActionError({
    code: "not-a-step",
    headline: `${file} isn't set, so the action can't pass on ${CONTENT[file]}. Run it in a step of a workflow.`,
    context: ["No token was requested."],
    causes: [
      {
        cause: "The action doesn't run in a step of a GitHub Actions workflow.",
        fix: "Run the action by uses: in a workflow, or try it out with npm start.",
      },
      {
        cause: "A script or container between the runner and the action doesn't pass the variable on.",
        fix: `Pass ${file} on, and mount the folder of its file.`,
      },
    ],
  });
}
function unusable(file, error, outcome) {
  const { code = "", message = "" } = error;
  const reason = code === "NOT_A_FILE" ? "it isn't a regular file" : code || message;
  const known = CAUSES[code];
  return new ActionError({
    code: "runner-file-unusable",
    headline: `The runner's file ${file} can't be written (${reason}).${known ? ` ${known[0].nextAct}` : ""}`,
    context: [outcome],
    causes: known ?? [SAME_USER, NOT_MOUNTED, DISK_FULL],
    cause: error,
  });
}

;// CONCATENATED MODULE: ./build/src/token/retry.js
/** One attempt gets at most this, so that one silent connection doesn't use up the whole budget. */
const MAX_ATTEMPT_MS = 15_000;
/** A retry with less time than this would hardly see its response. */
const MIN_ATTEMPT_MS = 1000;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8000;
/** A smaller difference can't make an assertion of three minutes expire. */
const TOLERATED_SKEW_MS = 60_000;
/** Whoever answers must not be able to choose a date for an assertion: a larger difference is reported only. */
const MAX_SKEW_MS = 24 * 3_600_000;
/** The time that an attempt gets out of what is left of the budget. */
function attemptMs(remainingMs) {
  // On a busy machine a wait can take longer than was left.
  return Math.max(0, Math.min(MAX_ATTEMPT_MS, remainingMs / 2));
}
/**
 * Decides what follows on a failed attempt: the rule of its response says whether it can be retried or adjusted.
 *
 * @param attempts all of them, the last one included
 */
function nextStep(attempts, state) {
  const attempt = attempts.at(-1);
  const { response, headers, runnerTime, salesforceTime } = attempt;
  const slowestMs = Math.max(0, ...attempts.filter(isAnswered).map(({ durationMs }) => durationMs));
  // An attempt gets half of what is left when it starts.
  const budgetMs = state.remainingMs - 2 * Math.max(MIN_ATTEMPT_MS, slowestMs / 2);
  const { validForMs } = state;
  const lastStartMs = Math.min(budgetMs, validForMs ?? budgetMs);
  const adjustment = validForMs === undefined ? adjust(attempt) : undefined;
  if (adjustment) {
    return lastStartMs >= 0 ? { kind: "adjust", adjustment } : { kind: "stop", deadlineExceeded: { retryAfterMs: 0 } };
  }
  if (!response.rule.retry) return { kind: "stop", deadlineExceeded: undefined };
  const retryAfterMs = retryAfter(headers, salesforceTime ?? runnerTime);
  if (retryAfterMs > lastStartMs) {
    const limit = retryAfterMs > budgetMs ? {} : { assertionExpires: true };
    return { kind: "stop", deadlineExceeded: { retryAfterMs, ...limit } };
  }
  return { kind: "retry", waitMs: Math.min(lastStartMs, backoff(attempts.length, retryAfterMs, state.random())) };
}
/** Returns whether a response came, of whatever kind. */
function isAnswered({ response }) {
  return response.kind !== "none";
}
/** What can be corrected from here, once each: a runner's clock that is wrong, or an audience in another form than documented. */
function adjust({ response, signing, runnerTime, salesforceTime }) {
  switch (response.rule.adjust) {
    case "clock":
      return salesforceTime === undefined ? undefined : adjustClock(salesforceTime - runnerTime, signing);
    case "audience":
      return adjustAudience(signing);
    default:
      return undefined;
  }
}
function adjustClock(skewMs, signing) {
  const isWrong = Math.abs(skewMs) > TOLERATED_SKEW_MS && Math.abs(skewMs) <= MAX_SKEW_MS;
  if (signing.skewMs !== undefined || !isWrong) return undefined;
  const notice =
    `The runner's clock is ${describeSkew(skewMs)}, so Salesforce considers the assertion expired. ` +
    "Retrying once with Salesforce's time. Synchronize the runner's clock (NTP): a wrong clock breaks other steps, too.";
  return { signing: { ...signing, skewMs }, notice, isWarning: true };
}
function adjustAudience(signing) {
  const { audience, fallbackAudience } = signing;
  if (fallbackAudience === undefined) return undefined;
  const notice = `Salesforce rejected the audience ${audience}. Retrying once with ${fallbackAudience}.`;
  return { signing: { ...signing, audience: fallbackAudience, fallbackAudience: undefined }, notice, isWarning: false };
}
/** A skew in words: `412 s behind Salesforce's`. */
function describeSkew(skewMs) {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return `${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} Salesforce's`;
}
/**
 * How long to wait before the next attempt: exponential backoff with full jitter, and no less than the server asked for.
 *
 * @param attempt number of the attempt that failed, from 1
 * @param random a number from 0 up to, not including, 1
 */
function backoff(attempt, retryAfterMs, random) {
  const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return retryAfterMs + Math.floor(random * ceiling);
}
/**
 * Reads `Retry-After` (RFC 9110 §10.2.3).
 *
 * @param now milliseconds since 1970
 * @returns milliseconds from now; 0 without a usable header
 */
function retryAfter(headers, now) {
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

;// CONCATENATED MODULE: ./build/src/diagnosis/hints.js


const CHECK_CLOCK = "Check the runner's clock.";
const hints_DAY_MS = 86_400_000;
const SOON_MS = 30 * hints_DAY_MS;
/** What Salesforce's consumer keys look like so far; nothing documents it. */
const USUAL_KEY = /^3MVG9.{80}$/;
/** My Domain hosts other than plain production and sandboxes (Salesforce help, "Partitioned Domains"). */
const PARTITION = /\.(?:develop|trailblaze|demo|free|patch|scratch|pc-rnd)\./;
/**
 * Creating a sandbox appends `.` and its name, up to ten letters and digits, to every username (Salesforce help, "Create a
 * Sandbox"), so the name follows on what was the end of a domain. Two letters are a country, but for `qa`.
 */
const SANDBOX_USERNAME = /@.+\.(?:com|net|org|edu|gov|[a-z]{2})\.(qa|(?!com$)[a-z\d]{3,10})$/i;
const OTHER_ORG = [
  "user-has-not-approved",
  "user-not-admin-approved",
  "app-not-found",
  "client-identifier-invalid",
  "audience-refused",
  "user-inactive",
  "org-inactive",
  "authentication-failure",
  "unknown-refusal",
];
/** The surest come first. */
const HINT_RULES = [
  {
    appliesTo: ["assertion-expired", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: wrongClock,
  },
  {
    appliesTo: ["audience-refused", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: unusualAudience,
  },
  { appliesTo: ["assertion-expired", "audience-refused", "assertion-invalid"], find: signedEarlier },
  { appliesTo: OTHER_ORG, find: sandboxUserInProduction },
  { appliesTo: OTHER_ORG, find: otherUserInSandbox },
  { appliesTo: ["app-not-found", "client-identifier-invalid", "domain-not-supported"], find: genericLoginHost },
  { appliesTo: ["app-not-found", "client-identifier-invalid", "unknown-refusal"], find: unusualConsumerKey },
  { appliesTo: ["assertion-invalid", "client-credentials-invalid"], find: keyMatchesCertificate },
  { appliesTo: ["audience-refused"], find: bothAudiencesRejected },
  { appliesTo: ["answer-redirect"], find: newAddress },
  { appliesTo: ["assertion-invalid", "client-credentials-invalid", "unknown-refusal"], find: expiringCertificate },
];
/**
 * Finds what this run shows and a table of refusals can't know.
 *
 * @param code of the failure
 * @returns the surest first; often nothing
 */
function findHints(code, run) {
  return HINT_RULES.filter(({ appliesTo }) => appliesTo.includes(code))
    .map(({ find }) => find(run))
    .filter((hint) => hint !== undefined);
}
function wrongClock({ result: { measuredSkewMs = 0, signing } }) {
  // An assertion that was signed on Salesforce's time can't suffer from the runner's clock.
  if (signing.skewMs !== undefined || Math.abs(measuredSkewMs) <= TOLERATED_SKEW_MS) return undefined;
  if (Math.abs(measuredSkewMs) > MAX_SKEW_MS) {
    return {
      cause: `The Date header of the response is ${Math.round(Math.abs(measuredSkewMs) / hints_DAY_MS)} days away from the runner's clock. The action doesn't sign for a date that far away.`,
      fix: "Check the runner's clock first. If it is right, check that login_url and the proxy are Salesforce's and yours.",
      nextAct: CHECK_CLOCK,
    };
  }
  const effect = measuredSkewMs > 0 ? "the assertion had expired on arrival" : "the assertion expires too late";
  return {
    cause: `The runner's clock is ${describeSkew(measuredSkewMs)}: ${effect}.`,
    fix: SET_CLOCK,
    nextAct: CHECK_CLOCK,
  };
}
/** What only the step that signed can change. */
function signedEarlier({ inputs, result }) {
  const { assertion, audience, certificate, loginUrl } = inputs;
  const { code } = result.response.rule;
  if (!assertion || (code === "assertion-invalid" && certificate)) return undefined;
  const aud = (audience === loginUrl.audience && loginUrl.fallbackAudience) || loginUrl.audience;
  const fixes = {
    "assertion-expired": "set exp to the present time in seconds plus 180, directly before this step",
    "audience-refused": `set aud to ${aud}`,
    "assertion-invalid": "use the app's key and RS256. If you set certificate, the action names the mistake",
  };
  return {
    cause: "The action can't change a signed assertion.",
    fix: `In the signing step, ${fixes[code]}.`,
    nextAct: "Correct the step that signs.",
  };
}
function unusualAudience({ inputs }) {
  const { audience, loginUrl } = inputs;
  if (inputs.assertion) return undefined;
  if (audience === loginUrl.audience || audience === loginUrl.fallbackAudience) return undefined;
  return {
    cause: `The input audience is ${audience}, but login_url stands for ${loginUrl.audience}.`,
    fix: "Remove the input audience from the step.",
  };
}
function sandboxUserInProduction({ inputs: { username, loginUrl } }) {
  const sandbox = sandboxOf(username);
  // In Developer Edition and trial orgs usernames are made up, often with a suffix.
  if (loginUrl.isSandbox !== false || PARTITION.test(loginUrl.host) || !sandbox) return undefined;
  const myDomain = /^([a-z\d-]+)\.my\.salesforce\.com$/.exec(loginUrl.host)?.[1];
  const address = myDomain
    ? `https://${myDomain}--${sandbox}.sandbox.my.salesforce.com`
    : `${MY_DOMAIN}, in the sandbox`;
  return {
    cause: `The username ends in .${sandbox} like a sandbox user's, but ${loginUrl.host} is a production address.`,
    fix: `If this is a sandbox, set login_url to its My Domain (${address}). If it is production, remove .${sandbox} from username.`,
    nextAct: "Check login_url and username.",
  };
}
function otherUserInSandbox({ inputs: { username, loginUrl } }) {
  // Usernames of scratch orgs end in @example.com, unless their definition says otherwise, and have no suffix.
  if (loginUrl.isSandbox !== true || PARTITION.test(loginUrl.host) || /@example\.com$/i.test(username))
    return undefined;
  const asked = /--([a-z\d]+)\./.exec(loginUrl.host)?.[1];
  const found = sandboxOf(username);
  if (found !== undefined && (asked === undefined || asked === found)) return undefined;
  if (asked !== undefined && username.toLowerCase().endsWith(`.${asked}`)) return undefined;
  const bare = found === undefined ? username : username.slice(0, -found.length - 1);
  return {
    cause: `${loginUrl.host} is ${asked ? `the sandbox ${asked}` : "for sandboxes"}, but the username ${found ? `ends in .${found}` : "doesn't end in a sandbox's name"}.`,
    fix: `Copy the username in the sandbox: Setup > Users. Unless the user was created there, it is ${bare}.${asked ?? "SANDBOX_NAME"}.`,
  };
}
/** @returns the sandbox's name in lower case, undefined if the username doesn't show one */
function sandboxOf(username) {
  return SANDBOX_USERNAME.exec(username)?.[1]?.toLowerCase();
}
function genericLoginHost({ inputs: { loginUrl } }) {
  if (loginUrl.kind !== "login-host" && loginUrl.kind !== "instance") return undefined;
  return {
    cause: `The request went to ${loginUrl.host}, which is reported not to find External Client Apps since Spring '26.`,
    fix: USE_MY_DOMAIN,
    nextAct: "Set login_url to the org's My Domain.",
  };
}
function unusualConsumerKey({ inputs: { consumerKey } }) {
  if (USUAL_KEY.test(consumerKey)) return undefined;
  const begins = consumerKey.startsWith("3MVG9") ? "begins" : "doesn't begin";
  return {
    cause: `consumer_key has ${consumerKey.length} characters and ${begins} with 3MVG9. Consumer keys typically have 85 and begin with 3MVG9.`,
    fix: COPY_KEY,
    nextAct: "Check consumer_key.",
  };
}
function keyMatchesCertificate({ inputs }) {
  if (!inputs.certificate) return undefined;
  return {
    cause: "The private key matches the input certificate, so the app has another certificate or none.",
    fix: UPLOAD_CERTIFICATE,
    nextAct: "Check that the app has the input certificate.",
  };
}
/** Told as a fact and never first: Salesforce is reported to go on accepting an expired certificate. */
function expiringCertificate({ inputs, result, now }) {
  if (!inputs.certificate) return undefined;
  const { notAfter } = inputs.certificate;
  const leftMs = notAfter.getTime() - (now.getTime() + (result.measuredSkewMs ?? 0));
  if (leftMs > SOON_MS) return undefined;
  return {
    cause: `The input certificate ${leftMs <= 0 ? "expired" : "expires"} on ${notAfter.toISOString().slice(0, 10)}: the app may have its successor already.`,
    fix: "Store the key and the certificate that belong to the one on the app, or create a new pair and upload its certificate.",
    neverFirst: true,
  };
}
function bothAudiencesRejected({ inputs, result: { signing } }) {
  if (signing.audience === inputs.audience) return undefined;
  return {
    cause: `Salesforce rejected both audiences that belong to login_url: ${inputs.audience} and ${signing.audience}.`,
    fix: `Check that ${inputs.loginUrl.host} is the org's current address: ${MY_DOMAIN}.`,
    nextAct: "Check that login_url is the org's current My Domain.",
  };
}
function newAddress({ inputs: { loginUrl }, result: { response } }) {
  if (response.kind !== "invalid" || !/\.my\.salesforce\.com$/.test(response.excerpt)) return undefined;
  // A redirect to a login page of the same host isn't a move.
  if (response.excerpt === loginUrl.host) return undefined;
  return {
    cause: `The org seems to have moved to ${response.excerpt}.`,
    fix: `If that is your org, set login_url to https://${response.excerpt}.`,
  };
}

;// CONCATENATED MODULE: ./build/src/diagnosis/job-claims.js
/** The claims that a handler decides by, in the order in which they are shown. */
const SHOWN = [
  "repository",
  "repository_id",
  "repository_owner_id",
  "environment",
  "ref",
  "event_name",
  "job_workflow_ref",
  "iss",
  "aud",
];
const LONGEST_VALUE = 255;
const XML = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** A job in a clause: `acme/crm, environment production`. */
function describeJob(claims) {
  const { repository, environment, ref } = claims;
  const place = environment === undefined ? `ref ${safe(ref)}` : `environment ${safe(environment)}`;
  return `${safe(repository)}, ${place}`;
}
/** The claims that count, one line each. They aren't scrubbed: a repository's name may look like a credential. */
function describeClaims(claims) {
  return SHOWN.map((name) => `${name}: ${name in claims ? safe(claims[name]) : "(missing)"}`);
}
/** The login rule that would let a job in, as the text of a custom metadata record. */
function loginRule(claims) {
  const inEnvironment = claims["environment"] !== undefined;
  const isOwnWorkflow = safe(claims["job_workflow_ref"]).startsWith(`${safe(claims["repository"])}/`);
  const fields = {
    App__c: "GitHub_Keyless",
    Environment__c: claims["environment"],
    Job_Workflow_Ref__c: isOwnWorkflow ? undefined : claims["job_workflow_ref"],
    Ref__c: inEnvironment ? undefined : claims["ref"],
    Repository_Id__c: claims["repository_id"],
    Repository_Owner_Id__c: claims["repository_owner_id"],
    Username__c: "SALESFORCE_USERNAME",
  };
  const values = Object.entries(fields).map(([name, value]) => job_claims_element(name, value));
  return `<?xml version="1.0" encoding="UTF-8"?>
<CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
    <label>${escapeXml(describeJob(claims).slice(0, 40))}</label>
    <protected>false</protected>
    <values><field>Active__c</field><value xsi:type="xsd:boolean">true</value></values>
${values.join("\n")}
</CustomMetadata>`;
}
function job_claims_element(name, value) {
  const text =
    value === undefined ? '<value xsi:nil="true"/>' : `<value xsi:type="xsd:string">${escapeXml(safe(value))}</value>`;
  return `    <values><field>${name}</field>${text}</values>`;
}
function escapeXml(text) {
  return text.replace(/[&<>]/g, (mark) => XML[mark] ?? mark);
}
/** One line of at most 255 characters in which the runner reads no command. */
function safe(value) {
  const text = typeof value === "string" ? value : "(missing)";
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").slice(0, LONGEST_VALUE);
  return line.replaceAll("##[", "# # [").replaceAll("::", ": :");
}

;// CONCATENATED MODULE: ./build/src/diagnosis/explain.js





const MAX_CAUSES = 4;
/** Errors that only External Client Apps cause. */
const EXTERNAL_CLIENT_APP = /^(?:app_not_found$|OAUTH_EC_)/i;
/** What this run shows by itself, and so rules a likely cause out. */
const FACTS = {
  "signed on Salesforce's time": ({ result }) => result.signing.skewMs !== undefined,
  "key matches certificate": ({ inputs }) => (inputs.certificate ?? inputs.assertion) !== undefined,
  "audience not set": ({ inputs }) => inputs.audience === inputs.loginUrl.audience || inputs.assertion !== undefined,
  "My Domain": ({ inputs }) => inputs.loginUrl.isMyDomain,
  "not a site": ({ inputs }) => inputs.loginUrl.kind !== "site" && inputs.loginUrl.kind !== "custom-domain",
  "not a sandbox": ({ inputs }) => inputs.loginUrl.isSandbox === false,
  "longest attempts": ({ inputs }) => attemptMs(inputs.timeoutSeconds * 1000) === attemptMs(Number.POSITIVE_INFINITY),
  "External Client App": isExternalClientApp,
};
/**
 * Turns a failed token request into the error to report: what this run itself shows comes first, then the likely causes
 * that it doesn't rule out.
 *
 * @returns an error without secrets
 */
function explain(run) {
  const { response } = run.result;
  const hints = findHints(response.rule.code, run);
  const likely = response.rule.causes.filter(({ unless }) => unless === undefined || !FACTS[unless](run));
  return new ActionError({
    code: response.rule.code,
    headline: withNextAct(response.rule.headline, hints[0]),
    context: [...describeResponse(response), ...describeTarget(run), ...describeAttempts(run)],
    causes: withoutRepeats(inOrder(hints, likely))
      .slice(0, MAX_CAUSES)
      .map((cause) => forAppType(cause, run)),
  });
}
/** Who and where. A keyless job has no user of its own choice, so its claims are shown if a handler may have seen them. */
function describeTarget(run) {
  const { inputs, result } = run;
  const { host } = inputs.loginUrl;
  if (!inputs.keyless) return [`User ${inputs.username} at ${host}${audienceOf(run)}`];
  if (result.claims === undefined) return [`OIDC token for ${inputs.audience}, to log in at ${host}`];
  const claims = { ...result.claims };
  return [
    `Job of ${describeJob(claims)} at ${host}`,
    ...(result.response.kind === "error" ? describeClaims(claims) : []),
  ];
}
/** A headline says what is wrong, then what to do: what this run shows may ask for another act than the rule does. */
function withNextAct(headline, hint) {
  return hint?.nextAct === undefined ? headline : headline.replace(/\. .*$/, `. ${hint.nextAct}`);
}
/** What Salesforce or the network said; nothing if nothing came. */
function describeResponse(response) {
  switch (response.kind) {
    case "error":
      return [explain_describeError(response)];
    case "invalid":
      return [describeInvalid(response)];
    case "none":
      return response.said === "" ? [] : [`The network said: ${response.said}`];
  }
}
function explain_describeError({ status, error, description }) {
  const words = [error, description].filter((text) => text !== "").join(": ");
  return `Salesforce answered HTTP ${status}${words === "" ? "" : `, ${words}`}`;
}
function describeInvalid({ status, summary, excerpt }) {
  const isRedirect = status >= 300 && status < 400;
  const detail = excerpt === "" ? "" : isRedirect ? ` to ${excerpt}` : `: “${excerpt}”`;
  return `The server answered HTTP ${status} with ${summary}${detail}`;
}
/** The audience is worth a word only if it is the subject, or isn't the one that follows from login_url. */
function audienceOf({ inputs, result: { response, signing } }) {
  const isSubject = response.rule.code === "audience-refused" || signing.audience !== inputs.loginUrl.audience;
  return isSubject ? ` (audience ${signing.audience})` : "";
}
/** The whole budget and the number of attempts, if more than one attempt was made or would have been. */
function describeAttempts({ inputs, result }) {
  const { attempts, durationMs, deadlineExceeded } = result;
  if (attempts === 1 && deadlineExceeded === undefined) return [];
  const tried = `${attempts} ${attempts === 1 ? "attempt" : "attempts"} in ${Math.max(1, Math.round(durationMs / 1000))} s`;
  if (deadlineExceeded === undefined) return [tried];
  const { retryAfterMs, assertionExpires } = deadlineExceeded;
  const asked = retryAfterMs > 0 ? `; the server asked for a wait of ${Math.ceil(retryAfterMs / 1000)} s` : "";
  const limit = assertionExpires ? "until the assertion expired" : `within timeout_seconds: ${inputs.timeoutSeconds}`;
  return [`${tried}, ${limit}${asked}`];
}
function inOrder(hints, likely) {
  const before = hints[0]?.neverFirst ? 1 : 0;
  return [...likely.slice(0, before), ...hints, ...likely.slice(before)];
}
function withoutRepeats(causes) {
  return causes.filter(({ fix }, index) => causes.findIndex((other) => other.fix === fix) === index);
}
function forAppType({ cause, fix }, run) {
  const shown = isExternalClientApp(run) ? fix.replace(CONNECTED_APP, "") : fix;
  return cause === undefined ? { fix: shown } : { cause, fix: shown };
}
function isExternalClientApp({ result: { response } }) {
  return response.kind === "error" && EXTERNAL_CLIENT_APP.test(response.error);
}

;// CONCATENATED MODULE: ./build/src/outputs.js
/** The Metadata API over SOAP, which `sf` uses by default, accepts JWT-format tokens from API version 68.0 on (jsforce 1817). */
const JWT_FORMAT =
  "Salesforce issued a JWT-format token. The Metadata API over SOAP, which sf project deploy start uses, rejects it below API version 68.0. " +
  "To get an opaque token, clear “Issue JSON Web Token (JWT)-based access tokens for named users” in the app's OAuth settings.";
/** Each output and the field that it comes from. `certificate_expires_at` comes from the inputs. */
const OUTPUTS = {
  access_token: "accessToken",
  instance_url: "instanceUrl",
  org_id: "orgId",
  user_id: "userId",
  identity_url: "identityUrl",
  scope: "scope",
  token_type: "tokenType",
  token_format: "tokenFormat",
  issued_at: "issuedAt",
  expires_at: "expiresAt",
};
/** Sets the step's outputs and, if asked for, the variables that `sf org login access-token` reads. The token is masked by now. */
function setOutputs({ token, certificateExpiresAt, exportEnvironmentVariables, runner }) {
  for (const [name, field] of Object.entries(OUTPUTS)) runner.output(name, token[field]);
  runner.output("certificate_expires_at", certificateExpiresAt);
  // With the variables exported, the next step probably uses sf.
  if (token.tokenFormat === "jwt") runner[exportEnvironmentVariables ? "warning" : "info"](JWT_FORMAT);
  if (!exportEnvironmentVariables) return;
  runner.exportVariable("SF_ACCESS_TOKEN", token.accessToken);
  runner.exportVariable("SF_ORG_INSTANCE_URL", token.instanceUrl);
}

;// CONCATENATED MODULE: ./build/src/summary.js
/**
 * Returns the job summary of a login in Markdown: who, where, until when. It holds identifiers only, never the token.
 */
function loginSummary(username, token, certificateExpiresAt) {
  const rows = [
    ["User", username],
    ["Instance", token.instanceUrl],
    ["Org", token.orgId],
    ["Token expires", token.expiresAt || "with its session (session policy of the org)"],
    ["Certificate expires", certificateExpiresAt],
  ];
  const lines = rows
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `<tr><th>${name}</th><td>${asText(value)}</td></tr>`);
  return `### Salesforce login\n\n<table>${lines.join("")}</table>\n`;
}
/**
 * Returns the job summary of a failed login in Markdown.
 *
 * @param message the error annotation's message; it quotes a server, so it is shown as text and can't become markup
 */
function failureSummary(message) {
  // In an HTML block GitHub doesn't make an address a link. Only our own lines begin with "Help:": quoted text is one line.
  const text = asText(message).replace(/^( *Help: )(https:\/\/[^\s"]+)$/gm, '$1<a href="$2">$2</a>');
  return `### Salesforce login failed\n\n<pre>${text.replaceAll("\n", "<br>")}</pre>\n`;
}
function asText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

;// CONCATENATED MODULE: ./build/src/token/access-token.js




/** An opaque token is the org's id of 15 characters, `!`, and the session's part. */
const OPAQUE = /^(00D[A-Za-z0-9]{12})!([A-Za-z0-9._]{16,2000})$/;
const JWT = /^eyJ[\w-]{8,20000}\.[\w-]{8,20000}\.[\w-]{8,4000}$/;
const IDENTITY_PATH = /^\/(?:[\w.-]+\/)*id\/(00D[A-Za-z\d]{12,15})\/(005[A-Za-z\d]{12,15})$/;
/** `scope-token`s of RFC 6749 §3.3, separated by spaces, without the characters that a shell reads: Salesforce's have none. */
const SCOPE = /^[\w.:/-]+(?: [\w.:/-]+)*$/;
const MAX_SCOPE = 4096;
/** A host name with a dot and a last label that isn't a number: no IP address, and no character that a shell reads. */
const access_token_HOST_NAME = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/;
/** A token has one line. */
const MAX_MASKED_LINES = 10;
const LATEST_TIME_MS = Date.UTC(2200, 0);
/**
 * What must be masked of a token response before anything else is done with it: the token, and the part after the `!`,
 * which is as good as the token to whoever knows the org.
 */
function secretsOf(fields) {
  const token = fields["access_token"];
  if (typeof token !== "string") return [];
  const tail = token.slice(token.indexOf("!") + 1);
  // The runner masks each line by itself. A broken server's "token" may have thousands, or lines of one character, which
  // would hide half the log.
  const lines = [token, tail].flatMap((secret) => secret.split(/[\r\n]+/, MAX_MASKED_LINES));
  return [...new Set(lines.map((line) => line.trim()))].filter((line) => line.length >= 8);
}
/**
 * What a revocation needs of a token response, even of one that fails the checks.
 *
 * @returns undefined without a token; where the response names no usable instance, the host that granted the token
 */
function revocable(fields, hosts) {
  const { access_token: accessToken, instance_url: instance } = fields;
  if (!isToken(accessToken)) return undefined;
  const origin = typeof instance === "string" ? httpsOrigin(instance) : undefined;
  const isExpected = origin !== undefined && !isForeign(origin, hosts);
  return { accessToken, instanceUrl: isExpected ? origin : hosts.loginOrigin };
}
/**
 * Checks every field of a token response that is used.
 *
 * @param fields the JSON object that Salesforce answered with
 * @throws ActionError `token-answer-malformed` with the field's name, never its value
 */
function checkToken(fields, hosts) {
  const accessToken = access_token_text(fields, "access_token");
  const opaque = OPAQUE.exec(accessToken);
  if (!isToken(accessToken)) throw malformed("access_token", "neither an opaque token nor a JWT");
  const tokenType = access_token_text(fields, "token_type") || "Bearer";
  if (tokenType.toLowerCase() !== "bearer") throw malformed("token_type", "not Bearer");
  const scope = access_token_text(fields, "scope");
  if (scope.length > MAX_SCOPE) throw malformed("scope", "longer than 4,096 characters");
  if (scope !== "" && !SCOPE.test(scope)) throw malformed("scope", "not a list of scopes");
  return {
    accessToken,
    tokenFormat: opaque ? "opaque" : "jwt",
    instanceUrl: instanceUrl(access_token_text(fields, "instance_url"), hosts),
    ...identity(access_token_text(fields, "id"), opaque?.[1], hosts),
    scope,
    tokenType: "Bearer",
    ...times(fields, accessToken),
  };
}
function instanceUrl(value, hosts) {
  if (value === "" && hosts.isInstance) return hosts.loginOrigin;
  if (value === "") throw malformed("instance_url", "missing");
  const origin = httpsOrigin(value);
  if (origin === undefined) throw malformed("instance_url", "not a plain https origin of a host name");
  if (isForeign(origin, hosts)) throw malformed("instance_url", "not a Salesforce address");
  return origin;
}
function httpsOrigin(value) {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.protocol === "https:" && [url.origin, `${url.origin}/`].includes(value.toLowerCase());
  return isPlain && access_token_HOST_NAME.test(url.hostname) ? url.origin : undefined;
}
function isForeign(url, { isSalesforce }) {
  return isSalesforce && !isSalesforceHost(new URL(url).hostname);
}
function isToken(value) {
  return typeof value === "string" && (OPAQUE.test(value) || JWT.test(value));
}
function identity(value, orgOfToken, hosts) {
  if (value === "") return { identityUrl: "", orgId: orgOfToken ? longId(orgOfToken) : "", userId: "" };
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain =
    url?.protocol === "https:" && `${url.origin}${url.pathname}` === value && access_token_HOST_NAME.test(url.hostname);
  const [, org, user] = (isPlain && IDENTITY_PATH.exec(url.pathname)) || [];
  if (!org || !user) throw malformed("id", "not an identity URL that ends in org and user ID");
  if (isForeign(value, hosts)) throw malformed("id", "not a Salesforce address");
  if (orgOfToken !== undefined && !sameId(org, orgOfToken)) throw malformed("id", "of another org than the token");
  return { identityUrl: value, orgId: longId(org), userId: longId(user) };
}
function longId(id) {
  const long = to18Characters(id);
  if (long === undefined) throw malformed("id", "not an identity URL with valid ids");
  return long;
}
function times(fields, accessToken) {
  const issuedAt = number(fields, "issued_at");
  const lifetime = number(fields, "expires_in");
  const end = issuedAt !== undefined && lifetime !== undefined ? issuedAt + lifetime * 1000 : endOfJwt(accessToken);
  return { issuedAt: iso(issuedAt, "issued_at"), expiresAt: iso(end, "expires_in") };
}
/** A JWT says itself when it ends. It is only read, not verified: it is for the org, not for us. */
function endOfJwt(accessToken) {
  if (!JWT.test(accessToken)) return undefined;
  try {
    const payload = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString("utf8"));
    const end = payload?.exp;
    return typeof end === "number" && isTime(end * 1000) ? end * 1000 : undefined;
  } catch {
    return undefined;
  }
}
function iso(milliseconds, field) {
  if (milliseconds === undefined) return "";
  if (!isTime(milliseconds)) throw malformed(field, "not a time");
  return new Date(milliseconds).toISOString();
}
function isTime(milliseconds) {
  return milliseconds > 0 && milliseconds < LATEST_TIME_MS;
}
function access_token_text(fields, field) {
  const value = fields[field] ?? "";
  if (typeof value !== "string") throw malformed(field, "not a string");
  return value;
}
/** Salesforce sends `issued_at` as a string of milliseconds; numbers are taken as well. */
function number(fields, field) {
  const value = fields[field] ?? "";
  if (value === "") return undefined;
  const digits = typeof value === "number" ? String(value) : value;
  if (typeof digits !== "string" || !/^\d{1,15}$/.test(digits)) throw malformed(field, "not a whole number");
  return Number(digits);
}
function malformed(field, why) {
  return new ActionError({
    code: "token-answer-malformed",
    headline: `The token response is invalid: ${field} is ${why}. No outputs were set.`,
    causes: [
      { cause: "login_url isn't your org.", fix: `Set login_url to the org's My Domain: ${MY_DOMAIN}.` },
      {
        cause: "A proxy between the runner and Salesforce changes responses.",
        fix: "Ask the operator of the proxy (https_proxy of the runner) not to modify responses of Salesforce.",
      },
    ],
  });
}

;// CONCATENATED MODULE: ./build/src/token/refusals.js

const NOT_LIVE_YET = {
  cause: "The app, its policies, or the assignment were changed within the last minutes.",
  fix: WAIT,
};
const refusals_OTHER_ORG = {
  cause: "Another org answered: login_url and the app belong to different orgs.",
  fix: USE_MY_DOMAIN,
};
const SEE_LOGIN_HISTORY = {
  cause: "Salesforce may have recorded another reason in the org.",
  fix: LOGIN_HISTORY,
};
const REQUEST_CHANGED = {
  cause: "A proxy between the runner and Salesforce changes requests.",
  fix: "Ask the operator of the proxy (https_proxy of the runner) not to modify requests to Salesforce.",
};
const NOT_INSTALLED = {
  cause:
    "The app belongs to another org and isn't installed here. Salesforce has blocked such apps since September 2025.",
  fix: `Create an External Client App in this org ${BY_SCRIPT} and use its consumer key.`,
};
/** What a 429, a 5xx, or Salesforce's own "retry" means, with or without a page in the body. */
const UNAVAILABLE = {
  code: "salesforce-unavailable",
  headline: "Salesforce is temporarily unavailable. Nothing is wrong with your configuration. Run the job again later.",
  causes: [
    {
      cause: "Salesforce is overloaded, is under maintenance, or had an internal error.",
      fix: "Wait until https://status.salesforce.com shows the org's instance as available (Setup > Company Information > Instance), then run the job again.",
    },
    {
      cause: "The outage is longer than timeout_seconds, which is the limit for all attempts together.",
      fix: "Increase timeout_seconds, to 600 at most.",
    },
  ],
  retry: true,
};
/**
 * Every refusal that is known; the first match wins. Texts: Salesforce help, "OAuth 2.0 Authorization Errors"; Salesforce's
 * SDKs; reports of users.
 */
const REFUSALS = [
  {
    code: "login-rate-exceeded",
    match: /^rate_limit_exceeded:|login rate exceeded/i,
    headline: "The user reached Salesforce's limit of logins per hour. Wait an hour, then run the job again.",
    causes: [
      {
        cause: "The user logged in more than 3,600 times within an hour, logins by other tools included.",
        fix: "Wait an hour, then run the job again: earlier attempts count toward the limit.",
      },
      {
        cause: "Many jobs share this user.",
        fix: "Log in once per job, pass the output access_token to the later steps, and give busy pipelines dedicated users.",
      },
    ],
  },
  {
    code: "user-has-not-approved",
    match: /(?:hasn\S{0,8}t|not) approved this (?:consumer|app)/i,
    headline:
      "The user isn't preauthorized for the app in this org. Check the app's Policies and the user's permission sets.",
    causes: [
      {
        cause:
          "The app's policies don't select a permission set of the user, or don't set Permitted Users to admin approved.",
        fix: PRE_AUTHORIZE,
      },
      {
        cause: "The permission set that the app's policies list isn't assigned to the user, or the assignment expired.",
        fix: ASSIGN_PERMISSION_SET,
      },
      NOT_LIVE_YET,
      refusals_OTHER_ORG,
    ],
  },
  {
    code: "user-not-admin-approved",
    match: /^(?:invalid_app_access|OAUTH(?:_EC)?_APP_ACCESS_DENIED):|not admin approved/i,
    headline: "The user isn't approved for the app. Select one of the user's permission sets in the app's Policies.",
    causes: [
      {
        cause: "The app's policies don't select one of the user's permission sets, or the user's profile.",
        fix: SELECT_PERMISSION_SET,
      },
      {
        cause: "The permission set that the app's policies list isn't assigned to the user, or the assignment expired.",
        fix: ASSIGN_PERMISSION_SET,
      },
      NOT_LIVE_YET,
    ],
  },
  {
    code: "app-not-found",
    match: /^(?:app_not_found|OAUTH_EC_APP_NOT_FOUND):|client app is not installed in this org/i,
    headline:
      "Salesforce didn't find the External Client App. Check that login_url and consumer_key belong to the same org.",
    causes: [
      { cause: "consumer_key belongs to an app in another org.", fix: COPY_KEY },
      {
        cause: "The sandbox was refreshed, which removed its apps.",
        fix: `Create the app in the sandbox again ${BY_SCRIPT}, and store the new consumer key.`,
        unless: "not a sandbox",
      },
      { cause: "The app was created or changed within the last minutes.", fix: WAIT },
    ],
  },
  {
    code: "client-identifier-invalid",
    match: /^invalid_client_id:|client identifier invalid/i,
    headline:
      "Salesforce doesn't know an app with this consumer key. Check the key, and that login_url is its org's address.",
    causes: [
      { cause: "consumer_key is mistyped or cut off, or it is the consumer secret.", fix: COPY_KEY },
      {
        cause: "login_url is the address of another org, for example production instead of a sandbox.",
        fix: USE_MY_DOMAIN,
      },
      {
        cause: "The app was deleted, or a sandbox refresh removed it.",
        fix: `Create the app in this org again ${BY_SCRIPT}, and store the new consumer key.`,
      },
      { cause: "The app was created within the last minutes.", fix: WAIT },
    ],
  },
  {
    code: "app-not-installed",
    match: /app must be installed into org/i,
    headline:
      "The app isn't installed in this org, so the org rejects it. Create an app in the org, or install this one.",
    causes: [
      NOT_INSTALLED,
      {
        cause: "The app is a Connected App that isn't installed in this org.",
        fix: INSTALL_APP,
        unless: "External Client App",
      },
      {
        cause: "API Access Control is on, which allows only apps with admin-approved users.",
        fix: PRE_AUTHORIZE,
      },
    ],
  },
  {
    code: "client-credentials-invalid",
    match: /^invalid_client: *$|invalid client credentials/i,
    headline:
      "The private key doesn't match the certificate on the app. Upload its certificate, or store the app's key.",
    causes: [
      { cause: "The app has another certificate than the private key's.", fix: UPLOAD_CERTIFICATE },
      {
        cause: "The key and the certificate aren't a pair: only one of them was renewed.",
        fix: COMPARE_PAIR,
        unless: "key matches certificate",
      },
      { cause: "consumer_key belongs to another app than the one with the certificate.", fix: COPY_KEY },
      { cause: "The certificate was uploaded within the last minutes.", fix: WAIT },
    ],
  },
  {
    code: "assertion-expired",
    match: /expired authorization code|(?:assertion|token|jwt) (?:is |has )?expired|expired (?:assertion|token|jwt)/i,
    headline:
      "The assertion had expired when Salesforce received it. Check the runner's clock, or what delays its requests.",
    causes: [
      { cause: "The runner's clock is wrong.", fix: SET_CLOCK, unless: "signed on Salesforce's time" },
      {
        cause: "A proxy delays requests by minutes.",
        fix: "Ask the operator of the proxy (https_proxy of the runner) not to queue requests to Salesforce.",
      },
      SEE_LOGIN_HISTORY,
    ],
    adjust: "clock",
  },
  {
    code: "assertion-invalid",
    match:
      /invalid (?:jwt )?assertion|assertion (?:is )?(?:invalid|not valid)|invalid signature|signature (?:is )?(?:invalid|(?:verification|validation) failed)/i,
    headline: "Salesforce can't verify the signature. Compare the private key with the certificate on the app.",
    causes: [
      {
        cause: "The private key isn't the key of the certificate on the app.",
        fix: NEW_PAIR,
        unless: "key matches certificate",
      },
      {
        cause: "The app lost its certificate: deploying its metadata without the certificate element clears it.",
        fix: UPLOAD_CERTIFICATE,
      },
      { cause: "The JWT bearer flow is turned off for the app.", fix: ENABLE_FLOW },
      { cause: "consumer_key belongs to another app than the one with the certificate.", fix: COPY_KEY },
    ],
  },
  {
    code: "audience-refused",
    match: /audience/i,
    headline:
      "Salesforce rejected the audience of the assertion. Check login_url, and remove the input audience if it is set.",
    causes: [
      {
        cause: "The input audience isn't the one that this org expects.",
        fix: "Remove the input audience from the step.",
        unless: "audience not set",
      },
      {
        cause: "login_url is the address of another kind of org, for example production instead of a sandbox.",
        fix: USE_MY_DOMAIN,
        unless: "My Domain",
      },
      {
        cause: "The path of the site in login_url is missing or wrong.",
        fix: "Set login_url to the site's whole URL: Setup > Digital Experiences > All Sites.",
        unless: "not a site",
      },
      SEE_LOGIN_HISTORY,
    ],
    adjust: "audience",
  },
  {
    code: "user-inactive",
    match: /^inactive_user:|inactive user|user (?:is )?inactive/i,
    headline: "The user is deactivated or frozen in this org. Activate or unfreeze it in Setup > Users.",
    causes: [
      {
        cause: "An administrator or an automation deactivated or froze the user.",
        fix: "Setup > Users > the user: click Unfreeze, or Edit and select Active.",
      },
      {
        cause: "A sandbox refresh copied the user from production, where it is inactive.",
        fix: "Activate the user in the sandbox: Setup > Users > the user > Edit > Active.",
        unless: "not a sandbox",
      },
      {
        cause: "username is another user than you intend.",
        fix: "Copy the username from Setup > Users. A sandbox user's name ends in the sandbox's name.",
      },
    ],
  },
  {
    code: "user-locked-out",
    match: /user is locked\b/i,
    headline: "The user is locked out. Unlock it in Setup > Users.",
    causes: [
      {
        cause: "Too many failed password logins, by a person or another tool, locked the user.",
        fix: "Setup > Users > the user: click Unlock. Then find the failing logins in Setup > Login History.",
      },
    ],
  },
  {
    code: "password-expired",
    match: /password (?:has )?expired/i,
    headline:
      "The user's password has expired, and the org blocks its logins. Select “Password Never Expires” for the user.",
    causes: [
      {
        cause: "The password policy of the user's profile applies to this user.",
        fix: "Setup > Permission Sets > a permission set of the user > System Permissions > Edit: select “Password Never Expires”. If that isn't enough, Setup > Users: select the user and click Reset Password.",
      },
    ],
  },
  {
    code: "org-inactive",
    match: /^inactive_org:|inactive org|org(?:anization)? (?:is )?inactive/i,
    headline: "The org is closed or locked. Log in to it with a browser to see the reason.",
    causes: [
      {
        cause: "A trial, Developer Edition, or scratch org expired or was deleted.",
        fix: "Create a new org (sf org list shows when scratch orgs expire), and change username and login_url.",
      },
      {
        cause: "Salesforce locked the org.",
        fix: "Log in to the org with a browser: the login page shows the reason.",
      },
      { cause: "login_url or username belong to another org than you intend.", fix: USE_MY_DOMAIN },
    ],
  },
  {
    code: "ip-or-login-hours",
    match: /ip restricted or invalid login hours/i,
    headline:
      "The profile's login IP ranges or login hours don't allow this login. Compare them with Setup > Login History.",
    causes: [
      {
        cause: "The runner's IP address is outside the profile's login IP ranges.",
        fix: "Copy the Source IP of this login from Setup > Login History. If the runner's address is static, add it: Setup > Profiles > the user's profile > Login IP Ranges.",
      },
      {
        cause: "The login was outside the profile's login hours.",
        fix: "Setup > Profiles > the user's profile > Login Hours: include the hours of your schedule, or clear all times.",
      },
    ],
  },
  {
    code: "login-hours",
    match: /invalid login hours|outside (?:of )?(?:the )?login hours/i,
    headline: "The login was outside the login hours of the user's profile. Change them in Setup > Profiles.",
    causes: [
      {
        cause: "The profile restricts login hours, in the org's time zone.",
        fix: "Setup > Profiles > the user's profile > Login Hours: include the hours of your schedule, or clear all times.",
      },
    ],
  },
  {
    code: "ip-restricted",
    match: /\bip (?:address )?(?:is )?(?:restricted|not allowed|blocked)|restricted ip\b/i,
    headline:
      "The profile's login IP ranges don't include the runner's IP address. Add it if it is static, or change the runner.",
    causes: [
      {
        cause:
          "The user's profile has login IP ranges. This flow always enforces them, whatever the app's IP relaxation setting says.",
        fix: "Copy the Source IP of this login from Setup > Login History. If the runner's address is static, add it: Setup > Profiles > the user's profile > Login IP Ranges.",
      },
      {
        cause: "GitHub-hosted runners have changing addresses.",
        fix: "Use a larger runner or a self-hosted runner with a static IP address, or give the user a profile without login IP ranges.",
      },
    ],
  },
  {
    code: "no-valid-scopes",
    match: /no valid scopes/i,
    headline:
      "The app doesn't have an OAuth scope that this user may use. Add the scopes api and refresh_token to the app.",
    causes: [{ cause: "No OAuth scope is selected on the app.", fix: ADD_SCOPES }, NOT_LIVE_YET, SEE_LOGIN_HISTORY],
  },
  {
    code: "domain-not-supported",
    match: /not supported on this domain/i,
    headline: "This host doesn't support the JWT bearer flow. Set login_url to the org's My Domain.",
    causes: [{ cause: "login_url isn't the org's My Domain.", fix: USE_MY_DOMAIN }, SEE_LOGIN_HISTORY],
  },
  {
    code: "refresh-token-scope-required",
    match: /(?:refresh_token|offline_access) scope is required|should be installed and preauthorized/i,
    headline:
      "The app lacks the refresh_token scope, or the user isn't preauthorized. Check the app's Settings and Policies.",
    causes: [
      {
        cause: "The app lacks the scope refresh_token (offline_access), which this flow requires.",
        fix: ADD_SCOPES,
      },
      { cause: "The app lets users authorize it themselves; this flow requires preauthorization.", fix: PRE_AUTHORIZE },
      NOT_LIVE_YET,
    ],
  },
  {
    code: "scope-not-supported",
    match: /scope parameter not supported/i,
    headline: "Salesforce received a scope parameter, which this action doesn't send. Check the runner's proxy.",
    causes: [REQUEST_CHANGED],
  },
  {
    code: "grant-type-not-supported",
    match: /^unsupported_grant_type:|grant type not supported/i,
    headline:
      "The app or the host doesn't support the JWT bearer flow. Turn the flow on for the app, and check login_url.",
    causes: [
      { cause: "The JWT bearer flow is turned off for the app.", fix: ENABLE_FLOW },
      { cause: "login_url isn't the org's My Domain.", fix: USE_MY_DOMAIN, unless: "My Domain" },
      NOT_LIVE_YET,
      REQUEST_CHANGED,
    ],
  },
  {
    code: "flow-not-enabled",
    match: /^unauthorized_client:/i,
    headline: "The app may not use the JWT bearer flow. Turn the flow on for the app, and check its certificate.",
    causes: [
      { cause: "The JWT bearer flow is turned off for the app, or the app has no certificate.", fix: ENABLE_FLOW },
      NOT_LIVE_YET,
    ],
  },
  {
    code: "dpop-required",
    match: /^(?:invalid_dpop_proof|use_dpop_nonce):|\bdpop\b/i,
    headline: "The app requires DPoP, which this action doesn't support. Turn the requirement off, or use another app.",
    causes: [
      {
        cause: "“Require DPoP” is selected for the app, so it issues only tokens that are bound to a key (RFC 9449).",
        fix: "Turn off the DPoP requirement in the app's OAuth settings, or create a dedicated app for this pipeline.",
      },
    ],
  },
  {
    code: "app-blocked",
    match: /^OAUTH(?:_EC)?_APP_BLOCKED:|app is blocked|blocked by (?:an )?admin/i,
    headline: "An administrator blocked or disabled the app. Ask for the reason, then unblock or enable it.",
    causes: [
      {
        cause: "The External Client App is disabled.",
        fix: ENABLE_APP,
      },
      {
        cause: "The Connected App is blocked.",
        fix: "Ask your administrators for the reason, then Setup > Connected Apps OAuth Usage: click Unblock beside the app.",
        unless: "External Client App",
      },
    ],
  },
  {
    code: "app-not-approved",
    match: /^OAUTH(?:_EC)?_APPROVAL_ERROR_GENERIC:/i,
    headline:
      "The app isn't installed or approved in this org. Create an app in the org, or install and approve this one.",
    causes: [
      NOT_INSTALLED,
      {
        cause: "The app is a Connected App that isn't installed in this org.",
        fix: INSTALL_APP,
        unless: "External Client App",
      },
      { cause: "The app is installed, but the user isn't preauthorized.", fix: PRE_AUTHORIZE },
      SEE_LOGIN_HISTORY,
    ],
  },
  {
    // Salesforce's own words for a transient error, whatever the status (Salesforce help, "OAuth 2.0 Error Codes").
    ...UNAVAILABLE,
    code: "salesforce-unavailable",
    match: /^(?:server_error|temporarily_unavailable):|retry your request/i,
  },
  {
    code: "salesforce-unknown-error",
    match: /^unknown_error:/i,
    headline:
      "Salesforce failed with an unknown error. Run the job again once, then open a case with Salesforce Support.",
    causes: [
      {
        cause: "Salesforce had an internal error that this login causes.",
        fix: "Run the job again once. If it fails again, open a case with Salesforce Support and give it the time of this login.",
      },
      SEE_LOGIN_HISTORY,
    ],
  },
  {
    code: "authentication-failure",
    match: /authentication failure/i,
    headline: "Salesforce rejected the login without giving a reason. See the user in Setup > Login History.",
    causes: [
      { cause: "Salesforce records the reason in the org.", fix: LOGIN_HISTORY },
      {
        cause: "username isn't the username of a user in this org. It isn't the email address.",
        fix: "Copy the username from Setup > Users. A sandbox user's name ends in the sandbox's name.",
      },
      {
        cause: "The user is frozen, or lacks the permission API Enabled.",
        fix: "Setup > Users > the user: click Unfreeze if it is shown, and assign a permission set with API Enabled.",
      },
      {
        cause:
          "The user's profile or the app's policies require a high-assurance session, which this flow can't provide.",
        fix: "Setup > Profiles > the user's profile > Session Settings: set “Session Security Level Required at Login” to another value than High Assurance. Check the app's Policies for the same.",
      },
    ],
  },
];
/** What applies to every refusal that isn't known. */
const UNKNOWN_REFUSAL = {
  code: "unknown-refusal",
  headline: "Salesforce rejected the login for a reason that this action doesn't know. See Setup > Login History.",
  causes: [
    { cause: "Salesforce records the reason in the org.", fix: LOGIN_HISTORY },
    {
      cause: "username, consumer_key, and login_url belong to different orgs.",
      fix: `Check all three in one org: Setup > Users, the app's consumer key, and ${MY_DOMAIN}.`,
    },
    {
      cause: "This refusal is missing in this action.",
      fix: "Open an issue with the template “Unknown refusal” and the line above that begins with “Salesforce answered”.",
    },
  ],
};
const JWT_BEARER_REFUSALS = { known: REFUSALS, unknown: UNKNOWN_REFUSAL };
/**
 * Finds the rule for Salesforce's own words.
 *
 * @param error the `error` field of the response
 * @param description the `error_description` field, empty if it is missing
 * @returns undefined if the words aren't known
 */
function matchRefusal(error, description, known = REFUSALS) {
  return known.find(({ match }) => match.test(`${error}: ${description}`));
}

;// CONCATENATED MODULE: ./build/src/token/exchange-refusals.js


const exchange_refusals_APP = "Setup > External Client App Manager > GitHub_Keyless";
const COMPARE =
  "Compare the claims above with your rule in Setup > Custom Metadata Types > GitHub Login Rule, character by character.";
const DEPLOY_RULE =
  "The log above has a rule for this job. If the job is meant to log in, enter the username and deploy the rule.";
const DEBUG_LOG =
  "Setup > Debug Logs > New: add the user that the handler runs as, run the job again, and read the newest log (docs/keyless.md, “Debug the handler”).";
const ASSIGN =
  "Assign the permission set GitHub_Keyless_Login to the user of the rule: Setup > Users > the user > Permission Set Assignments.";
const RECENT = { cause: "The app or its policies were changed within the last minutes.", fix: WAIT };
/** Refusals that don't depend on how a job proves who it is. */
const SHARED = [
  "login-rate-exceeded",
  "user-inactive",
  "org-inactive",
  "ip-or-login-hours",
  "login-hours",
  "ip-restricted",
  "salesforce-unavailable",
];
/**
 * The refusals of the token exchange flow that are known; the first match wins. The texts after "GitHub login refused:" are
 * those of setup/keyless's Apex classes; the others were reported from live orgs or read in sources of clients.
 */
const EXCHANGE_REFUSALS = [
  {
    code: "keyless-token-not-verified",
    match: /login refused: the token could not be verified/i,
    headline: "The handler in Salesforce couldn't verify GitHub's token.",
    causes: [
      {
        cause: "The remote site of GitHub's keys is missing or inactive, so Apex can't read them.",
        fix: "Setup > Remote Site Settings: activate GitHub_OIDC (https://token.actions.githubusercontent.com).",
      },
      { cause: "The debug log has the reason, which Salesforce doesn't send.", fix: DEBUG_LOG },
    ],
  },
  {
    code: "keyless-issuer",
    match: /login refused: iss is/i,
    headline: "The handler in Salesforce trusts another GitHub server than the one that runs this job.",
    causes: [
      {
        cause: "GitHub's server or enterprise has an issuer of its own.",
        fix: "Change the issuer in the handler: docs/keyless.md, “Other GitHub servers”.",
      },
    ],
  },
  {
    code: "keyless-audience",
    match: /login refused: aud is/i,
    headline: "GitHub's token was issued for another org than the one that received it.",
    causes: [
      {
        cause: "login_url is the address of another org, or of a site.",
        fix: `Set audience to the org's My Domain: ${MY_DOMAIN}.`,
      },
    ],
  },
  {
    code: "keyless-token-time",
    match: /login refused: the token (?:has expired|is not valid yet)/i,
    headline: "GitHub's token had expired, or wasn't valid yet, when Salesforce received it.",
    causes: [
      { cause: "The request took minutes.", fix: "Run the job again." },
      {
        cause: "A proxy delays requests.",
        fix: "Ask the operator of the proxy (https_proxy of the runner) not to queue requests to Salesforce.",
      },
    ],
  },
  {
    code: "keyless-no-rule",
    match: /login refused: (?:this org has no|no) login rule/i,
    headline: "No login rule in the org is for this job.",
    causes: [
      { cause: "The job's repository, environment, or ref isn't the one of a rule.", fix: COMPARE },
      { cause: "The rule isn't deployed to this org.", fix: DEPLOY_RULE },
    ],
  },
  {
    code: "keyless-owner",
    match: /login refused: the login rule is for another owner/i,
    headline: "The login rule is for another owner of this repository.",
    causes: [
      {
        cause: "The repository was transferred to another owner.",
        fix: "If you know about the transfer, set Repository_Owner_Id__c of the rule to the claim repository_owner_id above.",
      },
    ],
  },
  {
    code: "keyless-rule-unusable",
    match: /login refused: (?:the login rule (?:needs|is not active)|several rules fit)/i,
    headline: "The login rule for this job can't be used.",
    causes: [
      {
        cause: "The text above says what is wrong with the rule.",
        fix: "Correct the record in Setup > Custom Metadata Types > GitHub Login Rule.",
      },
    ],
  },
  {
    code: "keyless-workflow",
    match: /login refused: the login rule does not allow job_workflow_ref/i,
    headline: "The login rule doesn't allow the workflow in which this job is defined.",
    causes: [
      {
        cause: "The job is defined in a reusable workflow that the rule doesn't name.",
        fix: "If you trust this workflow, set Job_Workflow_Ref__c of the rule to the claim job_workflow_ref above.",
      },
    ],
  },
  {
    code: "keyless-event",
    match: /login refused: event_name/i,
    headline: "Jobs of this event can't log in.",
    causes: [
      {
        cause: "Others than the repository's own people can start such jobs.",
        fix: "Log in from a workflow that push, schedule, workflow_dispatch, or release starts.",
      },
    ],
  },
  {
    code: "keyless-no-user",
    match: /login refused: the user of the login rule/i,
    headline: "The user of the login rule doesn't exist in this org, or isn't active.",
    causes: [
      {
        cause: "The rule was copied from production: in a sandbox, usernames end in the sandbox's name.",
        fix: "Set Username__c of the rule to a username from Setup > Users.",
      },
      { cause: "The user is deactivated.", fix: "Setup > Users > the user > Edit > Active." },
    ],
  },
  {
    code: "keyless-handler-not-found",
    match: /token handler not found/i,
    headline: "Salesforce didn't find a token exchange handler for the app.",
    causes: [
      {
        cause: "The handler isn't enabled for this app.",
        fix: "Setup > Token Exchange Handlers > GitHubLoginHandler: click Enable New App and select the app.",
      },
      {
        cause: "token_handler isn't the name of a handler of this app.",
        fix: "Remove token_handler to use the app's default handler.",
      },
    ],
  },
  {
    code: "keyless-handler-failed",
    match: /token handler validation failed|login refused/i,
    headline: "The handler in Salesforce refused this job.",
    causes: [
      { cause: "The debug log has the reason, which Salesforce doesn't send.", fix: DEBUG_LOG },
      { cause: "The job's repository, environment, or ref isn't the one of a rule.", fix: COMPARE },
    ],
  },
  {
    code: "keyless-not-enabled",
    match: /not enabled for token exchange/i,
    headline: "The policies of the app don't allow the token exchange flow.",
    causes: [
      {
        cause: "The flow is on in the app, but not in its policies.",
        fix: `${exchange_refusals_APP} > Policies: turn on the token exchange flow.`,
      },
      RECENT,
    ],
  },
  {
    code: "keyless-not-approved",
    match: /approved this (?:consumer|app)|not admin approved|^invalid_app_access:/i,
    headline: "The user of the login rule isn't preauthorized for the app.",
    causes: [
      { cause: "The user doesn't have the permission set of the app.", fix: ASSIGN },
      {
        cause: "The app lets users authorize it themselves. This flow has no screen for that.",
        fix: `${exchange_refusals_APP} > Policies > Edit: set Permitted Users to “Admin approved users are pre-authorized” and select GitHub_Keyless_Login.`,
      },
      RECENT,
    ],
  },
  {
    code: "keyless-flow-off",
    match: /^unsupported_grant_type:/i,
    headline: "The token exchange flow is turned off for the app.",
    causes: [
      {
        cause: "consumer_key belongs to an app for another flow.",
        fix: `Copy the key: ${exchange_refusals_APP} > Settings > OAuth Settings > Consumer Key and Secret.`,
      },
      { cause: "The flow isn't enabled in the app.", fix: `${exchange_refusals_APP} > Settings: turn on the token exchange flow.` },
      {
        cause: "The org's edition lacks the flow. Enterprise, Performance, Unlimited, and Developer have it.",
        fix: "Log in with a private key: docs/setup.md.",
      },
    ],
  },
  {
    code: "keyless-unknown-app",
    match: /^(?:invalid_client_id|app_not_found):/i,
    headline: "Salesforce doesn't know an app with this consumer key.",
    causes: [
      {
        cause: "consumer_key is mistyped, or belongs to an app in another org.",
        fix: `Copy the key: ${exchange_refusals_APP} > Settings > OAuth Settings > Consumer Key and Secret.`,
      },
      RECENT,
    ],
  },
  {
    code: "keyless-secret-required",
    match: /^invalid_client:/i,
    headline: "The app requires its consumer secret for this flow.",
    causes: [
      {
        cause: "The app isn't set up as setup/setup.sh --keyless does it.",
        fix: `${exchange_refusals_APP} > Settings: clear “Require Secret for Token Exchange Flow”.`,
      },
    ],
  },
  ...REFUSALS.filter(({ code }) => SHARED.includes(code)),
];
/** What applies to every refusal of this flow that isn't known. */
const UNKNOWN_EXCHANGE_REFUSAL = {
  code: "keyless-unknown-refusal",
  headline: "Salesforce rejected the token exchange for a reason that this action doesn't know.",
  causes: [
    { cause: "Salesforce records the reason in the org.", fix: LOGIN_HISTORY },
    { cause: "The debug log of the handler says more.", fix: DEBUG_LOG },
    {
      cause: "This refusal is missing in this action, whose keyless login is a preview.",
      fix: "Open an issue with the template “Unknown refusal” and the line above that begins with “Salesforce answered”.",
    },
  ],
};

;// CONCATENATED MODULE: ./build/src/token/network-errors.js




const ENCODED_PROXY = "http://USER:PASSWORD@HOST:PORT, special characters URL-encoded (@ as %40)";
const ALLOW_ON_PROXY = {
  cause: "The proxy doesn't allow the host.",
  fix: "Ask the proxy's administrator to allow CONNECT to the host of login_url and to the org's My Domain, port 443.",
};
const WRONG_PROXY = {
  cause: "https_proxy names the wrong proxy, or this host must be reached without it.",
  fix: "Correct https_proxy on the runner or in the step's env, or add the host to no_proxy.",
};
const CHECK_HOST = {
  cause: "login_url is misspelled, so its host doesn't exist.",
  fix: "Copy Setup > My Domain > Current My Domain URL into login_url. A sandbox's has two hyphens and .sandbox in it.",
};
const TRUST_COMPANY_CA = {
  cause: "A proxy of your company opens TLS and signs with the company's CA.",
  fix: "Save the company's CA certificate on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
};
const OTHER_SERVER = {
  cause: "Another server than Salesforce answers at this address.",
  fix: "Copy Setup > My Domain > Current My Domain URL into login_url.",
};
const FIREWALL = {
  cause: "A firewall or a missing route stops the connection.",
  fix: "Let the runner connect to the host of login_url on port 443. If it needs a proxy, set https_proxy.",
};
const TRANSIENT = {
  cause: "The network had a transient error.",
  fix: "Run the job again.",
};
/** The first match is the one that counts. */
const NETWORK_ERRORS = [
  {
    match: [/statusCode=407/],
    code: "proxy-authentication",
    headline: "The proxy requires a user name and a password (HTTP 407). Set them in https_proxy.",
    retry: false,
    causes: [
      {
        cause: "https_proxy has no user name and password, or wrong ones.",
        fix: `Set https_proxy, from a secret, to ${ENCODED_PROXY}.`,
      },
      {
        cause: "The proxy requires NTLM or Kerberos. The action supports Basic authentication only.",
        fix: "Run a local proxy that authenticates to the company's proxy, and set https_proxy to the local one.",
      },
    ],
  },
  {
    match: [/statusCode=502/, /statusCode=503/, /statusCode=504/],
    code: "proxy-unreachable",
    headline: "The proxy couldn't reach Salesforce. Check the spelling of login_url, then https_proxy.",
    retry: true,
    causes: [CHECK_HOST, ALLOW_ON_PROXY, WRONG_PROXY],
  },
  {
    match: [/statusCode=\d+/],
    code: "proxy-refused",
    headline: "The proxy refused to connect to Salesforce. Allow the host of login_url on the proxy.",
    retry: false,
    causes: [ALLOW_ON_PROXY, WRONG_PROXY],
  },
  {
    match: [/tunneling socket.*ENOTFOUND/],
    code: "proxy-unknown",
    headline: "The proxy's host name is unknown. Correct https_proxy.",
    retry: false,
    causes: [
      {
        cause: "The host in https_proxy is misspelled.",
        fix: "Correct https_proxy on the runner or in the step's env.",
      },
      { cause: "The runner's DNS doesn't know the proxy.", fix: "Set https_proxy to the proxy's IP address." },
    ],
  },
  {
    // What a plain proxy answers to a TLS handshake is no TLS record.
    match: [/tunneling socket.*wrong version number/i, /tunneling socket.*packet length too long/i],
    code: "proxy-malformed",
    headline: "The proxy doesn't use TLS, but its address in https_proxy begins with https://.",
    retry: false,
    causes: [
      { fix: "Write http:// in https_proxy: http://HOST:PORT. It is about the connection to the proxy itself." },
    ],
  },
  {
    match: [
      /tunneling socket.*certificate/i,
      /tunneling socket.*unsupported protocol/i,
      /tunneling socket.*handshake failure/i,
      /tunneling socket.*alert protocol version/i,
    ],
    code: "proxy-untrusted",
    headline: "The TLS connection to the proxy can't be trusted. Set NODE_EXTRA_CA_CERTS to its CA certificate.",
    retry: false,
    causes: [
      {
        cause: "The proxy's certificate is signed by the company's CA.",
        fix: "Save the CA certificate on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
      },
      {
        cause: "The certificate is expired or for another name, or the proxy has no TLS 1.2.",
        fix: "Set https_proxy to the name in the proxy's certificate, or ask its administrator to renew the certificate.",
      },
      WRONG_PROXY,
    ],
  },
  {
    match: [/tunneling socket/, /illegal response body from proxy/],
    code: "proxy-unreachable",
    headline: "The connection to the proxy failed. Check that the proxy is running, and its address in https_proxy.",
    retry: true,
    causes: [
      { cause: "The proxy is down or overloaded.", fix: "Check that the proxy is running, then run the job again." },
      {
        cause: "The host, the port, or the scheme in https_proxy is wrong.",
        fix: "Correct https_proxy: http:// for most proxies, https:// only for a proxy that itself uses TLS.",
      },
      { cause: "This host must be reached without the proxy.", fix: "Add the host to no_proxy." },
    ],
  },
  {
    match: [/^ERR_TLS_CERT_ALTNAME_INVALID/, /^HOSTNAME_MISMATCH/],
    code: "tls-wrong-name",
    headline: "The server's TLS certificate is for another host name. Check the spelling of login_url.",
    retry: false,
    causes: [
      {
        cause: "login_url has an old or misspelled name of the org.",
        fix: "Copy Setup > My Domain > Current My Domain URL into login_url.",
      },
      TRUST_COMPANY_CA,
    ],
  },
  {
    match: [/^CERT_HAS_EXPIRED/, /^CERT_NOT_YET_VALID/],
    code: "tls-expired",
    headline: "The server's TLS certificate isn't valid today. Check the runner's clock.",
    retry: false,
    causes: [
      { cause: "The runner's clock is wrong.", fix: SET_CLOCK },
      {
        cause: "A proxy of your company opens TLS, and its own certificate has expired.",
        fix: "Ask the proxy's administrator to renew it. Trust a new CA with NODE_EXTRA_CA_CERTS in the step's env.",
      },
    ],
  },
  {
    // Node calls every verification error of OpenSSL that it has no name for UNSPECIFIED, such as a key that is too weak.
    match: [
      /CERT/,
      /ISSUER/,
      /UNABLE_TO_VERIFY/,
      /CRL/,
      /^ERR_TLS_/,
      /^INVALID_CA /,
      /^INVALID_PURPOSE /,
      /^PATH_LENGTH_EXCEEDED/,
      /^UNSPECIFIED/,
    ],
    code: "tls-untrusted",
    headline: "The server's TLS certificate isn't trusted. Set NODE_EXTRA_CA_CERTS if a company's proxy opens TLS.",
    retry: false,
    causes: [TRUST_COMPANY_CA, OTHER_SERVER],
  },
  {
    // Not TLS at all, or no version that both sides support. Other handshake errors are transient and fall through.
    match: [
      /wrong[ _]version[ _]number/i,
      /unsupported[ _]protocol/i,
      /packet[ _]length[ _]too[ _]long/i,
      /handshake[ _]failure/i,
      /alert[ _]protocol[ _]version/i,
    ],
    code: "tls-handshake",
    headline: "The TLS handshake failed. Remove a port from login_url, then check the proxy and the firewall.",
    retry: false,
    causes: [
      { cause: "The port in login_url isn't one for TLS.", fix: "Remove the port from login_url." },
      {
        cause: "A proxy or firewall in between answers instead of Salesforce, or supports no TLS 1.2.",
        fix: "Ask its administrator to pass TLS connections to the host of login_url through.",
      },
    ],
  },
  {
    match: [/ENOTFOUND/],
    code: "host-unknown",
    headline: "The host name is unknown. Check the spelling of login_url.",
    retry: false,
    causes: [
      CHECK_HOST,
      {
        cause: "The runner has no access to public DNS.",
        fix: "Set https_proxy to the proxy that the runner has to use.",
      },
    ],
  },
  {
    match: [/^[A-Z]/],
    code: "connection-failed",
    headline: "The connection failed. Run the job again, then check the runner's firewall and proxy.",
    retry: true,
    causes: [TRANSIENT, FIREWALL],
  },
];
const OVERLOADED = {
  cause: "Salesforce or something in between is overloaded.",
  fix: "Run the job again. If it fails again, wait until https://status.salesforce.com shows the org's instance as available (Setup > Company Information > Instance).",
};
/** One attempt gets half of the budget, and at most 15 s (`attemptMs`). */
const LONGER = {
  cause: "The connection is slow, and one attempt gets only half of timeout_seconds.",
  fix: "Set timeout_seconds to 30 or more, which gives an attempt the longest time, 15 s.",
  unless: "longest attempts",
};
/** What was missing when the time was over, and what it may come from. */
const NO_RESPONSE = {
  "not connected": {
    headline: "No answer in time: the connection didn't open. Check the runner's firewall and https_proxy.",
    causes: [
      FIREWALL,
      {
        cause: "The proxy in https_proxy is down or has another address.",
        fix: "Correct https_proxy, or start the proxy.",
      },
      TRANSIENT,
    ],
  },
  "connected to the proxy": {
    headline: "No answer in time: the proxy took the connection, but didn't answer. Check the proxy and https_proxy.",
    causes: [
      { cause: "The proxy can't reach the host.", fix: ALLOW_ON_PROXY.fix },
      {
        cause: "https_proxy begins with https://, but the proxy doesn't use TLS, or the other way around.",
        fix: "Correct the scheme of https_proxy: http:// for most proxies.",
      },
    ],
  },
  connected: {
    headline: "No answer in time: the connection opened, but the TLS handshake wasn't completed. Check the firewall.",
    causes: [FIREWALL, OVERLOADED],
  },
  secured: {
    headline:
      "No answer in time: the connection opened and the request was sent, but no complete response came. Run the job again.",
    causes: [OVERLOADED, LONGER],
  },
  unknown: {
    headline: "No answer in time: no complete response came. Run the job again.",
    causes: [TRANSIENT, FIREWALL],
  },
};
/**
 * Says why no response came.
 *
 * @param error what an `HttpPost` threw
 * @throws the error itself if it is a defect: an error of the program, not of the network
 */
function classifyNetworkError(error, rules = NETWORK_ERRORS) {
  if (error instanceof TimeoutError) return describeTimeout(error);
  if (error instanceof ProxyAddressError) {
    const rule = { code: "proxy-malformed", headline: error.message, causes: [error.problem], retry: false };
    return { rule, reason: clause(rule.headline), said: "" };
  }
  const text = isDefect(error) ? "" : `${error.code} ${messageOf(error)}`;
  const rule = rules.find(({ match }) => match.some((alternative) => alternative.test(text)));
  if (!rule) throw error;
  const said = sanitize(inPlainWords(messageOf(error)) || error.code || "", 120);
  return { rule, reason: `${clause(rule.headline)} (${said})`, said };
}
/** The time is that of one attempt, so it is in the log of attempts alone: what counts in the end is the whole budget. */
function describeTimeout(error) {
  const { headline, causes } = NO_RESPONSE[error.stage ?? "unknown"];
  const rule = { code: "no-answer-in-time", headline, causes, retry: true };
  return { rule, reason: clause(headline).replace("no answer in time", error.message), said: "" };
}
/** What went wrong, without the act that a headline can end with: the log of attempts and the post step need only that. */
function clause(headline) {
  return `${headline.charAt(0).toLowerCase()}${headline.slice(1).replace(/\.(?: .*)?$/, "")}`;
}
/** Sockets, TLS and the HTTP parser give each of their errors a code; JavaScript's own errors are mistakes in a program. */
function isDefect(error) {
  const { code } = error ?? {};
  const isProgramError = [TypeError, RangeError, ReferenceError, SyntaxError, URIError].some(
    (type) => error instanceof type,
  );
  return !(error instanceof Error) || typeof code !== "string" || isProgramError;
}
/** What the client's agent and Node say, in the field's words. */
function inPlainWords(message) {
  return (
    message
      .replace(/^tunneling socket could not be established, statusCode=/, "the proxy answered HTTP ")
      .replace(/^tunneling socket could not be established, cause=/, "")
      // Node's advice to start it with an option, which a step can't do.
      .replace(/; if the root CA is installed locally, try running Node\.js with --use-system-ca/, "")
  );
}
/** If every address of a host failed, Node throws an AggregateError without a message of its own. */
function messageOf(error) {
  const [first] = error instanceof AggregateError ? error.errors : [];
  return error.message || (first instanceof Error ? first.message : "");
}

;// CONCATENATED MODULE: ./build/src/token/response.js



const ANY_STATUS = [0, 999];
const SIGN_IN_PAGE = {
  cause: "A proxy, a firewall, or a network's sign-in page answered in place of Salesforce.",
  fix: "Check https_proxy of the runner, and allow the host of login_url on the proxy without sign-in.",
};
const PAGE_CAUSES = [
  { cause: "login_url isn't the address of an org or a site, or the path of a site is missing.", fix: USE_MY_DOMAIN },
  SIGN_IN_PAGE,
];
/** Request timeout (408), too early (425), and too many requests (429) are temporary, as every 5xx is. */
const TEMPORARY = [
  [408, 408],
  [425, 425],
  [429, 429],
  [500, 599],
];
/** Every kind of response that isn't a token endpoint's, by status and body; the first match wins. */
const RESPONSE_RULES = [
  ...TEMPORARY.map((status) => ({
    ...UNAVAILABLE,
    status,
    body: ["oversized", "empty", "html", "json", "text"],
  })),
  {
    body: ["redirect"],
    status: ANY_STATUS,
    code: "answer-redirect",
    headline:
      "The login was redirected, and the action doesn't follow redirects. Set login_url to the org's My Domain.",
    causes: [
      { cause: "The org has another address now, or login_url isn't a login address.", fix: USE_MY_DOMAIN },
      SIGN_IN_PAGE,
    ],
  },
  {
    body: ["html"],
    status: [200, 299],
    code: "answer-html",
    headline:
      "A web page came back instead of a token. Run the job again, then check login_url and the runner's proxy.",
    causes: [
      {
        cause: "Salesforce is under maintenance.",
        fix: "Wait until https://status.salesforce.com shows the org's instance as available, then run the job again.",
      },
      ...PAGE_CAUSES,
    ],
    // During maintenance a page can come with status 200.
    retry: true,
  },
  {
    body: ["html"],
    status: ANY_STATUS,
    code: "answer-html",
    headline: "A web page came back instead of a token. Check login_url and the runner's proxy.",
    causes: PAGE_CAUSES,
  },
  {
    body: ["oversized", "empty", "json", "text"],
    status: ANY_STATUS,
    code: "answer-unusable",
    headline: "The response isn't one that Salesforce's login gives. Check login_url and the runner's proxy.",
    causes: [
      { cause: "login_url isn't the address of the org.", fix: `Set login_url to the org's My Domain: ${MY_DOMAIN}.` },
      SIGN_IN_PAGE,
    ],
  },
];
/** The error codes of RFC 6749 and Salesforce: words that can be shown although the rest of a 200 can't. */
const KNOWN_ERRORS =
  /^(?:invalid_(?:grant|request|client|client_id|scope|app_access|dpop_proof)|inactive_(?:user|org)|unauthorized_client|unsupported_grant_type|app_not_found|rate_limit_exceeded|server_error|temporarily_unavailable|unknown_error|use_dpop_nonce|OAUTH_[A-Z_]{1,40})$/;
const HTML_PAGE = /^\s*<(?:!--|(?:!doctype|html|head|body)\b)/i;
/**
 * Sorts a response of the token endpoint, and says what it means.
 *
 * @param secret what was sent and could come back: the assertion
 * @param refusals of the grant that was sent
 */
function parseTokenResponse(response, secret, refusals = JWT_BEARER_REFUSALS) {
  const { status, oversized } = response;
  const value = oversized ? undefined : parseJson(response.body);
  const isRedirect = status >= 300 && status < 400;
  if (status === 200 && isObject(value) && typeof value["error"] !== "string" && "access_token" in value) {
    return { kind: "granted", fields: value };
  }
  const words = isRedirect ? undefined : errorWords(value, response.body);
  const rule = words && matchRefusal(words.error, words.description, refusals.known);
  if (words && (rule || words.isObject)) {
    const shown = showWords(words, status, secret);
    return { kind: "error", status, ...shown, rule: rule ?? (isTemporary(status) ? UNAVAILABLE : refusals.unknown) };
  }
  const { kind, summary, excerpt } = describeBody(response, value);
  const found = RESPONSE_RULES.find((each) => each.body.includes(kind) && inRange(status, each.status));
  return { kind: "invalid", status, summary, excerpt: withoutEcho(excerpt, secret), rule: found };
}
/** RFC 6749's error, the REST API's list of errors, a gateway's error object, or a short text. */
function errorWords(value, body) {
  const object = Array.isArray(value) ? value[0] : value;
  if (isObject(object)) {
    const { error, error_description, errorCode, message, code, fault } = object;
    const inner = isObject(error) ? error : isObject(fault) ? fault : undefined;
    const first = response_text(error, errorCode, inner?.["code"], inner?.["type"], code);
    const second = response_text(error_description, message, inner?.["message"], inner?.["faultstring"]);
    return first || second ? { error: first, description: second, isObject: true } : undefined;
  }
  const isShortText = value === undefined && body.length < 500 && !HTML_PAGE.test(body);
  return isShortText ? { error: "", description: body, isObject: false } : undefined;
}
function response_text(...candidates) {
  return candidates.find((candidate) => typeof candidate === "string" && candidate !== "") ?? "";
}
/** A server that reports success to a token request may have put a token anywhere: only an error code that is known is shown. */
function showWords({ error, description }, status, secret) {
  if (isSuccess(status)) return { error: KNOWN_ERRORS.test(error) ? error : "", description: "" };
  return {
    error: withoutEcho(sanitize(error, 100), secret),
    description: withoutEcho(sanitize(description), secret),
  };
}
function describeBody({ status, headers, body, oversized }, value) {
  if (status >= 300 && status < 400) {
    return { kind: "redirect", summary: "a redirect", excerpt: sanitize(newHost(headers), 200) };
  }
  if (oversized) return { kind: "oversized", summary: "more than 1 MiB", excerpt: "" };
  if (body.trim() === "") return { kind: "empty", summary: "an empty body", excerpt: "" };
  if (value !== undefined) return { kind: "json", summary: "JSON that is neither a token nor an error", excerpt: "" };
  if (HTML_PAGE.test(body.slice(0, 2048))) {
    return { kind: "html", summary: "a web page", excerpt: sanitize(pageText(body), 160) };
  }
  const excerpt = isSuccess(status) ? "" : sanitize(body, 160);
  return { kind: "text", summary: "text that isn't JSON", excerpt };
}
function newHost({ location }) {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : "";
}
function pageText(html) {
  const page = html.slice(0, 8192);
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1]?.trim();
  return title || page.replace(/<(?:script|style)\b[^>]*>[^<]*/gi, " ").replace(/<[^>]*>/g, " ");
}
/** Returns whether a status asks for another attempt. */
function isTemporary(status) {
  return TEMPORARY.some((range) => inRange(status, range));
}
function inRange(status, [from, to]) {
  return status >= from && status <= to;
}
function isSuccess(status) {
  return inRange(status, [200, 299]);
}
/** Returns undefined for a text that isn't JSON. Some gateways begin JSON with a byte order mark, which RFC 8259 §8.1 lets a reader ignore. */
function parseJson(body) {
  try {
    return JSON.parse(body.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}
/** Returns whether a value of JSON is an object. */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

;// CONCATENATED MODULE: ./build/src/token/oidc.js




/** GitHub's endpoint answered, but not with a token. */
class OidcError extends Error {
  name = "OidcError";
  response;
  constructor(response) {
    super(response.rule.headline);
    this.response = response;
  }
}
const oidc_JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const RUN_AGAIN = "Wait until https://www.githubstatus.com shows Actions as operational, then run the job again.";
const oidc_UNAVAILABLE = {
  code: "github-oidc-unavailable",
  headline: "GitHub's OIDC provider is temporarily unavailable. Nothing is wrong with your configuration.",
  causes: [
    { cause: "GitHub is overloaded or had an internal error.", fix: RUN_AGAIN },
    {
      cause: "Short outages last longer than timeout_seconds, which all attempts share.",
      fix: "Increase timeout_seconds (up to 600).",
    },
  ],
  retry: true,
};
const REFUSED = {
  code: "github-oidc-refused",
  headline: "GitHub refused to issue an OIDC token to this job.",
  causes: [
    {
      cause: "The workflow or an earlier step changed ACTIONS_ID_TOKEN_REQUEST_URL or ACTIONS_ID_TOKEN_REQUEST_TOKEN.",
      fix: "Remove these variables from env of the workflow, the job, and the step: the runner sets them.",
    },
    { cause: "GitHub had an internal error.", fix: RUN_AGAIN },
  ],
};
const UNUSABLE = {
  code: "github-oidc-unusable",
  headline: "The answer of GitHub's OIDC provider doesn't contain a token.",
  causes: [
    {
      cause: "A proxy or a network's sign-in page answered in place of GitHub.",
      fix: "Allow *.actions.githubusercontent.com on the proxy (https_proxy of the runner) without sign-in.",
    },
    { cause: "GitHub had an internal error.", fix: RUN_AGAIN },
  ],
};
const UNREACHABLE = {
  code: "github-oidc-unreachable",
  headline: "GitHub's OIDC provider can't be reached.",
  causes: [
    {
      cause: "A firewall or a proxy doesn't allow the host.",
      fix: "Allow *.actions.githubusercontent.com, port 443, on the firewall and on the proxy (https_proxy of the runner).",
    },
    TRUST_COMPANY_CA,
    { cause: "The network or GitHub had a transient error.", fix: RUN_AGAIN },
  ],
};
/** Codes of what can fail before Salesforce is asked. */
const OIDC_CODES = [
  "github-oidc-not-permitted",
  ...[oidc_UNAVAILABLE, REFUSED, UNUSABLE, UNREACHABLE].map(({ code }) => code),
];
/**
 * Finds GitHub's endpoint in the environment of the step (GitHub docs, "OpenID Connect reference").
 *
 * @throws ActionError if the job may not have a token
 */
function oidcEndpoint(env) {
  const url = env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "";
  const requestToken = env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "";
  if (URL.parse(url)?.protocol === "https:" && requestToken !== "") return { url, requestToken };
  const isPullRequest = env["GITHUB_EVENT_NAME"] === "pull_request";
  const fork = {
    cause: "A pull request from a fork started this workflow. GitHub gives such jobs no OIDC token.",
    fix: "Log in from a workflow that another event starts, for example push.",
  };
  throw new ActionError({
    code: "github-oidc-not-permitted",
    headline: "The job isn't allowed to request an OIDC token from GitHub.",
    context: ["ACTIONS_ID_TOKEN_REQUEST_URL or ACTIONS_ID_TOKEN_REQUEST_TOKEN is missing. No request was sent."],
    causes: [
      {
        cause: "The job lacks the permission id-token: write.",
        fix: "Add it to the job: permissions: { id-token: write, contents: read }. A called workflow needs it in the caller, too.",
      },
      ...(isPullRequest ? [fork] : []),
      {
        cause: "The step runs in a container or a script that doesn't pass these variables on.",
        fix: "Pass both variables on.",
      },
    ],
  });
}
/**
 * Requests the job's OIDC token for an audience.
 *
 * @throws OidcError if the answer has no token, or what `httpGet` throws
 */
async function requestOidcToken({ endpoint, audience, httpGet, signal }) {
  const url = new URL(endpoint.url);
  url.searchParams.set("audience", audience);
  const response = await httpGet({ url: url.href, bearer: endpoint.requestToken, signal });
  const token = response.status === 200 ? tokenIn(response) : undefined;
  if (token === undefined) throw new OidcError(failed(response, endpoint.requestToken));
  return token;
}
/** Says what an error of {@link requestOidcToken} means. */
function describeOidcError(error) {
  if (error instanceof OidcError) return error.response;
  const { reason, said, rule } = classifyNetworkError(error);
  const retry = rule.retry ?? false;
  return { kind: "none", reason: `GitHub's OIDC provider: ${reason}`, said, rule: { ...UNREACHABLE, retry } };
}
function tokenIn({ body, oversized }) {
  const answer = oversized ? undefined : parseJson(body);
  const value = isObject(answer) ? answer["value"] : undefined;
  if (typeof value !== "string" || !oidc_JWT.test(value)) return undefined;
  const claims = parseJson(Buffer.from(value.split(".")[1] ?? "", "base64url").toString("utf8"));
  return isObject(claims) ? { token: value, claims } : undefined;
}
/** A body with status 200 may contain a token, so none of it is shown. */
function failed({ status, body }, sent) {
  const rule = status === 200 ? UNUSABLE : isTemporary(status) ? oidc_UNAVAILABLE : REFUSED;
  const excerpt = status === 200 ? "" : withoutEcho(sanitize(body, 160), sent);
  return { kind: "invalid", status, summary: "no OIDC token", excerpt, rule };
}

;// CONCATENATED MODULE: ./build/src/token/exchange.js


/** GitHub's tokens are documented to be valid for five minutes. */
const LONGEST_USE_MS = 4 * 60_000;
/**
 * Grants of the token exchange flow (Salesforce help, "OAuth 2.0 Token Exchange Flow"): GitHub's OIDC token of the job,
 * which is requested again after four minutes. Only the handler in Salesforce chooses the user.
 */
function tokenExchange({ consumerKey, tokenHandler, endpoint }, deps) {
  const { httpGet, clock, mask } = deps;
  let held;
  return {
    refusals: { known: EXCHANGE_REFUSALS, unknown: UNKNOWN_EXCHANGE_REFUSAL },
    describeError: describeOidcError,
    make: async ({ audience }, _, signal) => {
      if (!held || clock.monotonic() - held.since > LONGEST_USE_MS) {
        const since = clock.monotonic();
        held = { ...(await requestOidcToken({ endpoint, audience, httpGet, signal })), since };
        mask(held.token);
      }
      const form = {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: held.token,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_id: consumerKey,
        ...(tokenHandler === undefined ? {} : { token_handler: tokenHandler }),
      };
      return { form, secret: held.token, claims: held.claims };
    },
  };
}

;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/buffer_utils.js
const encoder = new TextEncoder(), decoder = new TextDecoder(), buffer_utils_strictDecoder = new TextDecoder("utf-8", { fatal: !0 }), UINT32_RANGE = (/* unused pure expression or super */ null && (2 ** 32));
function concat(...buffers) {
  const size = buffers.reduce((acc, { length }) => acc + length, 0), buf = new Uint8Array(size);
  let i = 0;
  for (const buffer of buffers)
    buf.set(buffer, i), i += buffer.length;
  return buf;
}
function writeUInt32BE(buf, value, offset) {
  if (value < 0 || value >= UINT32_RANGE)
    throw new RangeError(`value must be >= 0 and <= ${UINT32_RANGE - 1}. Received ${value}`);
  buf.set([value >>> 24, value >>> 16, value >>> 8, value & 255], offset);
}
function uint64be(value) {
  const high = Math.floor(value / UINT32_RANGE), low = value % UINT32_RANGE, buf = new Uint8Array(8);
  return writeUInt32BE(buf, high, 0), writeUInt32BE(buf, low, 4), buf;
}
function uint32be(value) {
  const buf = new Uint8Array(4);
  return writeUInt32BE(buf, value), buf;
}
const NON_ASCII = /[^\x00-\x7f]/;
function buffer_utils_encode(string) {
  if (typeof string == "string" && string.length >= 128) {
    if (NON_ASCII.test(string))
      throw new TypeError("non-ASCII string encountered in encode()");
    return encoder.encode(string);
  }
  const bytes = new Uint8Array(string.length);
  for (let i = 0; i < string.length; i++) {
    const code = string.charCodeAt(i);
    if (code > 127)
      throw new TypeError("non-ASCII string encountered in encode()");
    bytes[i] = code;
  }
  return bytes;
}
function encodeBase64(input, url = !1) {
  if (Uint8Array.prototype.toBase64)
    return input.toBase64({ alphabet: url ? "base64url" : "base64", omitPadding: url });
  const CHUNK_SIZE = 32768, arr = [];
  for (let i = 0; i < input.length; i += CHUNK_SIZE)
    arr.push(String.fromCharCode.apply(null, input.subarray(i, i + CHUNK_SIZE)));
  const encoded = btoa(arr.join(""));
  return url ? encoded.replace(/=/g, "").replace(/\+/g, "-").replace(/\//g, "_") : encoded;
}
function decodeBase64(encoded, url = !1) {
  if (Uint8Array.fromBase64)
    return Uint8Array.fromBase64(encoded, { alphabet: url ? "base64url" : "base64" });
  if (url) {
    if (encoded.includes("+") || encoded.includes("/"))
      throw new TypeError("Invalid base64url");
    encoded = encoded.replace(/-/g, "+").replace(/_/g, "/");
  }
  const binary = atob(encoded), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++)
    bytes[i] = binary.charCodeAt(i);
  return bytes;
}
async function digest(algorithm, data) {
  const subtleDigest = `SHA-${algorithm.slice(-3)}`;
  return new Uint8Array(await crypto.subtle.digest(subtleDigest, data));
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/util/base64url.js

const invalid = "The input to be decoded is not correctly encoded.";
function base64url_decode(input) {
  try {
    return decodeBase64(typeof input == "string" ? input : decoder.decode(input), !0);
  } catch (cause) {
    throw new TypeError(invalid, { cause });
  }
}
function base64url_encode(input) {
  return encodeBase64(typeof input == "string" ? encoder.encode(input) : input, !0);
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/util/errors.js
class JOSEError extends Error {
  static code = "ERR_JOSE_GENERIC";
  code = "ERR_JOSE_GENERIC";
  constructor(message, options) {
    super(message, options), this.name = this.constructor.name, Error.captureStackTrace?.(this, this.constructor);
  }
}
class JWTClaimValidationFailed extends JOSEError {
  static code = "ERR_JWT_CLAIM_VALIDATION_FAILED";
  code = "ERR_JWT_CLAIM_VALIDATION_FAILED";
  claim;
  reason;
  payload;
  constructor(message, payload, claim = "unspecified", reason = "unspecified") {
    super(message, { cause: { claim, reason, payload } }), this.claim = claim, this.reason = reason, this.payload = payload;
  }
}
class JWTExpired extends JOSEError {
  static code = "ERR_JWT_EXPIRED";
  code = "ERR_JWT_EXPIRED";
  claim;
  reason;
  payload;
  constructor(message, payload, claim = "unspecified", reason = "unspecified") {
    super(message, { cause: { claim, reason, payload } }), this.claim = claim, this.reason = reason, this.payload = payload;
  }
}
class JOSEAlgNotAllowed extends (/* unused pure expression or super */ null && (JOSEError)) {
  static code = (/* unused pure expression or super */ null && ("ERR_JOSE_ALG_NOT_ALLOWED"));
  code = "ERR_JOSE_ALG_NOT_ALLOWED";
}
class JOSENotSupported extends JOSEError {
  static code = "ERR_JOSE_NOT_SUPPORTED";
  code = "ERR_JOSE_NOT_SUPPORTED";
}
class JWEDecryptionFailed extends JOSEError {
  static code = "ERR_JWE_DECRYPTION_FAILED";
  code = "ERR_JWE_DECRYPTION_FAILED";
  constructor(message = "decryption operation failed", options) {
    super(message, options);
  }
}
class JWEInvalid extends (/* unused pure expression or super */ null && (JOSEError)) {
  static code = (/* unused pure expression or super */ null && ("ERR_JWE_INVALID"));
  code = "ERR_JWE_INVALID";
}
class JWSInvalid extends JOSEError {
  static code = "ERR_JWS_INVALID";
  code = "ERR_JWS_INVALID";
}
class JWTInvalid extends (/* unused pure expression or super */ null && (JOSEError)) {
  static code = (/* unused pure expression or super */ null && ("ERR_JWT_INVALID"));
  code = "ERR_JWT_INVALID";
}
class JWKInvalid extends (/* unused pure expression or super */ null && (JOSEError)) {
  static code = (/* unused pure expression or super */ null && ("ERR_JWK_INVALID"));
  code = "ERR_JWK_INVALID";
}
class JWKSInvalid extends (/* unused pure expression or super */ null && (JOSEError)) {
  static code = (/* unused pure expression or super */ null && ("ERR_JWKS_INVALID"));
  code = "ERR_JWKS_INVALID";
}
class JWKSNoMatchingKey extends JOSEError {
  static code = "ERR_JWKS_NO_MATCHING_KEY";
  code = "ERR_JWKS_NO_MATCHING_KEY";
  constructor(message = "no applicable key found in the JSON Web Key Set", options) {
    super(message, options);
  }
}
class JWKSMultipleMatchingKeys extends JOSEError {
  [Symbol.asyncIterator] = async function* () {
  };
  static code = "ERR_JWKS_MULTIPLE_MATCHING_KEYS";
  code = "ERR_JWKS_MULTIPLE_MATCHING_KEYS";
  constructor(message = "multiple matching keys found in the JSON Web Key Set", options) {
    super(message, options);
  }
}
class JWKSTimeout extends JOSEError {
  static code = "ERR_JWKS_TIMEOUT";
  code = "ERR_JWKS_TIMEOUT";
  constructor(message = "request timed out", options) {
    super(message, options);
  }
}
class JWSSignatureVerificationFailed extends JOSEError {
  static code = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";
  code = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";
  constructor(message = "signature verification failed", options) {
    super(message, options);
  }
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/key_descriptor.js
function table(entries) {
  const out = { __proto__: null };
  for (const alg in entries)
    out[alg] = { ...entries[alg], alg };
  return out;
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/jws_algorithms.js


const sig = [["verify"], ["sign"]];
function hmac(bits) {
  const subtle = { name: "HMAC", hash: `SHA-${bits}` };
  return { kty: ["oct"], secret: !0, subtle, signing: subtle, usages: sig };
}
function rsa(bits, saltLength) {
  const subtle = { name: saltLength ? "RSA-PSS" : "RSASSA-PKCS1-v1_5", hash: `SHA-${bits}` };
  return {
    kty: ["RSA"],
    subtle,
    signing: saltLength ? { ...subtle, saltLength } : subtle,
    usages: sig,
    minRsaBits: 2048
  };
}
function ecdsa(crv, bits) {
  return {
    kty: ["EC"],
    crv,
    subtle: { name: "ECDSA", namedCurve: crv },
    signing: { name: "ECDSA", hash: `SHA-${bits}` },
    usages: sig
  };
}
function eddsa() {
  const subtle = { name: "Ed25519" };
  return {
    kty: ["OKP"],
    crv: "Ed25519",
    subtle,
    signing: subtle,
    usages: sig
  };
}
function mldsa(parameterSet) {
  const subtle = { name: `ML-DSA-${parameterSet}` };
  return {
    kty: ["AKP"],
    subtle,
    signing: subtle,
    usages: sig
  };
}
const JWS = table({
  HS256: hmac(256),
  HS384: hmac(384),
  HS512: hmac(512),
  RS256: rsa(256),
  RS384: rsa(384),
  RS512: rsa(512),
  PS256: rsa(256, 32),
  PS384: rsa(384, 48),
  PS512: rsa(512, 64),
  ES256: ecdsa("P-256", 256),
  ES384: ecdsa("P-384", 384),
  ES512: ecdsa("P-521", 512),
  EdDSA: eddsa(),
  Ed25519: eddsa(),
  "ML-DSA-44": mldsa(44),
  "ML-DSA-65": mldsa(65),
  "ML-DSA-87": mldsa(87)
});
function jwsAlgorithm(alg) {
  const entry = typeof alg == "string" ? JWS[alg] : void 0;
  if (!entry)
    throw new JOSENotSupported(`alg ${alg} is not supported either by JOSE or your javascript runtime`);
  return entry;
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/validate.js



function assertUint8Array(input, label) {
  if (!(input instanceof Uint8Array))
    throw new TypeError(`${label} must be an instance of Uint8Array`);
}
function validate_isObject(input) {
  if (typeof input != "object" || input === null || Object.prototype.toString.call(input) !== "[object Object]")
    return !1;
  const prototype = Object.getPrototypeOf(input);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
function isJwkSet(input) {
  return validate_isObject(input) && Array.isArray(input.keys) && Array.from(input.keys).every(validate_isObject);
}
function isDisjoint(...headers) {
  const parameters = /* @__PURE__ */ new Set();
  for (const header of headers)
    if (header)
      for (const parameter of Object.keys(header)) {
        if (parameters.has(parameter))
          return !1;
        parameters.add(parameter);
      }
  return !0;
}
function assertNotSet(value, name) {
  if (value !== void 0)
    throw new TypeError(`${name} can only be called once`);
}
function decodeBase64url(value, label, ErrorClass) {
  try {
    return decode(value);
  } catch (cause) {
    throw new ErrorClass(`Failed to base64url decode the ${label}`, { cause });
  }
}
function encodeAsciiMember(value, label, ErrorClass) {
  try {
    return encode(value);
  } catch (cause) {
    throw new ErrorClass(`The ${label} is not a valid base64url string`, { cause });
  }
}
function parseJoseHeader(encodedProtectedHeader, ErrorClass, message) {
  let parsed;
  try {
    parsed = JSON.parse(strictDecoder.decode(decode(encodedProtectedHeader)));
  } catch (cause) {
    throw new ErrorClass(message, { cause });
  }
  if (!validate_isObject(parsed))
    throw new ErrorClass(message);
  return parsed;
}
const JWS_RECOGNIZED = { __proto__: null, b64: !0 }, JWE_RECOGNIZED = { __proto__: null };
function validateAlgorithms(option, algorithms) {
  if (algorithms !== void 0 && (!Array.isArray(algorithms) || algorithms.some((s) => typeof s != "string")))
    throw new TypeError(`"${option}" option must be an array of strings`);
  return algorithms === void 0 ? void 0 : new Set(algorithms);
}
function validateCritDuplicates(Err, protectedHeader) {
  const { crit } = protectedHeader ?? {};
  if (Array.isArray(crit) && new Set(crit).size !== crit.length)
    throw new Err('"crit" (Critical) Header Parameter MUST NOT contain duplicate values');
}
function validateCrit(Err, recognizedDefault, recognizedOption, protectedHeader, joseHeader) {
  if (joseHeader.crit !== void 0 && protectedHeader?.crit === void 0)
    throw new Err('"crit" (Critical) Header Parameter MUST be integrity protected');
  if (!protectedHeader || protectedHeader.crit === void 0)
    return [];
  if (!Array.isArray(protectedHeader.crit) || protectedHeader.crit.length === 0 || protectedHeader.crit.some((input) => typeof input != "string" || input.length === 0))
    throw new Err('"crit" (Critical) Header Parameter MUST be an array of non-empty strings when present');
  const recognized = recognizedOption === void 0 ? recognizedDefault : { __proto__: null, ...recognizedOption, ...recognizedDefault };
  for (const parameter of protectedHeader.crit) {
    if (!(parameter in recognized))
      throw new JOSENotSupported(`Extension Header Parameter "${parameter}" is not recognized`);
    if (!Object.hasOwn(joseHeader, parameter) || joseHeader[parameter] === void 0)
      throw new Err(`Extension Header Parameter "${parameter}" is missing`);
    if (recognized[parameter] && (!Object.hasOwn(protectedHeader, parameter) || protectedHeader[parameter] === void 0))
      throw new Err(`Extension Header Parameter "${parameter}" MUST be integrity protected`);
  }
  return protectedHeader.crit;
}
function validateB64(protectedHeader, extensions) {
  if (extensions.includes("b64")) {
    const b64 = protectedHeader.b64;
    if (typeof b64 != "boolean")
      throw new JWSInvalid('The "b64" (base64url-encode payload) Header Parameter must be a boolean');
    return b64;
  }
  return !0;
}
function serializeJoseHeader(Err, header) {
  let serialized, parsed;
  try {
    serialized = JSON.stringify(header), parsed = JSON.parse(serialized);
  } catch (cause) {
    throw new Err("JOSE Header is not valid JSON", { cause });
  }
  if (!validate_isObject(parsed))
    throw new Err("JOSE Header is not a JSON object");
  return [parsed, serialized];
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/key.js



const tag = (key) => key[Symbol.toStringTag], jwkMatchesOp = (entry, key, usage) => {
  const { alg } = entry;
  if (key.use !== void 0) {
    const expected = usage === "sign" || usage === "verify" ? "sig" : "enc";
    if (key.use !== expected)
      throw new TypeError(`Invalid key for this operation, its "use" must be "${expected}" when present`);
  }
  if (key.kty === "AKP" && key.alg === void 0)
    throw new TypeError('missing "alg" (Algorithm) Parameter value');
  if (key.alg !== void 0 && key.alg !== alg)
    throw new TypeError(`Invalid key for this operation, its "alg" must be "${alg}" when present`);
  if (Array.isArray(key.key_ops)) {
    const expectedKeyOp = usage === "encrypt" || usage === "decrypt" ? entry.ops?.[usage === "encrypt" ? 0 : 1] : usage;
    if (expectedKeyOp && !key.key_ops.includes(expectedKeyOp))
      throw new TypeError(`Invalid key for this operation, its "key_ops" must include "${expectedKeyOp}" when present`);
  }
};
async function prepareKey(entry, key, usage) {
  const { alg, secret } = entry, requiresPrivateKey = usage === "decrypt" || usage === "sign";
  if (secret && key instanceof Uint8Array)
    return key;
  let normalized, keyObject;
  if (validate_isObject(key)) {
    if (normalized = normalizeJwk(key), typeof normalized.kty != "string")
      throw invalidKeyType(alg, key, secret);
    if (!(secret ? normalized.kty === "oct" && typeof normalized.k == "string" : normalized.kty !== "oct" && (requiresPrivateKey ? normalized.kty === "AKP" && typeof normalized.priv == "string" || typeof normalized.d == "string" : normalized.d === void 0 && normalized.priv === void 0)))
      throw new TypeError(secret ? 'JSON Web Key for symmetric algorithms must have JWK "kty" (Key Type) equal to "oct" and the JWK "k" (Key Value) present' : `JSON Web Key for this operation must be a ${requiresPrivateKey ? "private" : "public"} JWK`);
    if (jwkMatchesOp(entry, normalized, usage), normalized.kty === "oct")
      return base64url_decode(normalized.k);
    if (!Object.isFrozen(key)) {
      const { key_ops } = key;
      Array.isArray(key_ops) && Object.freeze(key_ops), Object.freeze(key);
    }
  } else {
    if (!isKeyLike(key))
      throw invalidKeyType(alg, key, secret);
    const expectedType = secret ? "secret" : requiresPrivateKey ? "private" : "public";
    if (key.type !== expectedType && (secret || ["secret", "public", "private"].includes(key.type)))
      throw new TypeError(`${tag(key)} instances must be of type "${expectedType}" for the ${alg} algorithm`);
    if (isCryptoKey(key))
      return key;
    if (keyObject = key, keyObject.type === "secret")
      return keyObject.export();
  }
  cache ||= /* @__PURE__ */ new WeakMap();
  const cacheKey = key;
  let cached = cache.get(cacheKey);
  if (cached?.[alg])
    return cached[alg];
  if (cached || cache.set(cacheKey, cached = {}), keyObject && typeof keyObject.toCryptoKey == "function") {
    const isPublic = keyObject.type === "public", crv = nist[keyObject.asymmetricKeyDetails?.namedCurve], params = entry.resolve?.({ crv, asymmetricKeyType: keyObject.asymmetricKeyType }) ?? entry.subtle;
    return cached[alg] = keyObject.toCryptoKey(params, isPublic, entry.usages[isPublic ? 0 : 1]);
  }
  return normalized ??= keyObject.export({ format: "jwk" }), normalized.alg = alg, cached[alg] = await jwkToKey(entry, normalized);
}
let cache;
const nist = {
  __proto__: null,
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521"
};
function assertCryptoKey(key) {
  if (!isCryptoKey(key))
    throw new Error("CryptoKey instance expected");
}
const isCryptoKey = (key) => {
  if (key?.[Symbol.toStringTag] === "CryptoKey")
    return !0;
  try {
    return key instanceof CryptoKey;
  } catch {
    return !1;
  }
}, isKeyObject = (key) => key?.[Symbol.toStringTag] === "KeyObject", isKeyLike = (key) => isCryptoKey(key) || isKeyObject(key);
function message(msg, actual, ...types) {
  if (types.length > 2) {
    const last = types.pop();
    msg += `one of type ${types.join(", ")}, or ${last}.`;
  } else types.length === 2 ? msg += `one of type ${types[0]} or ${types[1]}.` : msg += `of type ${types[0]}.`;
  return actual == null ? msg += ` Received ${actual}` : typeof actual == "function" && actual.name ? msg += ` Received function ${actual.name}` : typeof actual == "object" && actual != null && actual.constructor?.name && (msg += ` Received an instance of ${actual.constructor.name}`), msg;
}
const invalidKeyInput = (actual, ...types) => message("Key must be ", actual, ...types);
function invalidKeyType(alg, actual, secret) {
  const types = ["CryptoKey", "KeyObject", "JSON Web Key"];
  return secret && types.push("Uint8Array"), new TypeError(message(`Key for the ${alg} algorithm must be `, actual, ...types));
}
const key_unusable = (name, prop = "algorithm.name") => new TypeError(`CryptoKey does not support this operation, its ${prop} must be ${name}`);
function checkUsage(key, usage) {
  if (usage && !key.usages.includes(usage))
    throw new TypeError(`CryptoKey does not support this operation, its usages must include ${usage}.`);
}
function checkModulusLength(alg, key) {
  const { modulusLength } = key.algorithm;
  if (typeof modulusLength != "number" || modulusLength < 2048)
    throw new TypeError(`${alg} requires key modulusLength to be 2048 bits or larger`);
}
function checkCryptoKey(key, expected, usage) {
  const algorithm = key.algorithm;
  if (algorithm.name !== expected.name)
    throw key_unusable(expected.name);
  if (expected.hash && algorithm.hash?.name !== expected.hash)
    throw key_unusable(expected.hash, "algorithm.hash");
  if (expected.namedCurve && algorithm.namedCurve !== expected.namedCurve)
    throw key_unusable(expected.namedCurve, "algorithm.namedCurve");
  if (expected.length !== void 0 && algorithm.length !== expected.length)
    throw key_unusable(expected.length, "algorithm.length");
  checkUsage(key, usage);
}
function snapshotJwk(jwk) {
  return { __proto__: null, ...jwk };
}
function normalizeJwk(jwk) {
  const normalized = snapshotJwk(jwk);
  if (normalized.ext !== void 0 && typeof normalized.ext != "boolean")
    throw new TypeError('"ext" (Extractable) Parameter must be a boolean');
  if (normalized.key_ops !== void 0) {
    const value = normalized.key_ops, keyOps = Array.isArray(value) ? [...value] : void 0;
    if (!keyOps || keyOps.some((operation) => typeof operation != "string") || new Set(keyOps).size !== keyOps.length)
      throw new TypeError('"key_ops" (Key Operations) Parameter must be an array of unique strings');
    normalized.key_ops = keyOps;
  }
  return normalized;
}
function validateExtractableOption(extractable) {
  if (extractable !== void 0 && typeof extractable != "boolean")
    throw new TypeError('"extractable" option must be a boolean');
  return extractable;
}
async function jwkToKey(entry, jwk, extractable) {
  if (!entry.kty.includes(jwk.kty))
    throw new JOSENotSupported('Invalid or unsupported JWK "alg" (Algorithm) Parameter value');
  const algorithm = entry.resolve?.({ kty: jwk.kty, crv: jwk.crv }) ?? entry.subtle, isPrivate = !!(jwk.d || jwk.priv), keyData = { ...jwk, ext: extractable ?? jwk.ext };
  return keyData.kty !== "AKP" && delete keyData.alg, delete keyData.use, crypto.subtle.importKey("jwk", keyData, algorithm, keyData.ext ?? !isPrivate, jwk.key_ops ?? entry.usages[isPrivate ? 1 : 0]);
}
async function rawKey(key, expected, usage, extractable = !1) {
  return key instanceof Uint8Array && (key = await crypto.subtle.importKey("raw", key, expected, extractable, [usage])), checkCryptoKey(key, expected, usage), key;
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/jws_sign.js






async function createSignature(input, key, rejectUnencoded) {
  let [payload, protectedHeader, unprotectedHeader, crit] = input, encodedProtectedHeader = "";
  if (protectedHeader !== void 0) {
    const normalized = serializeJoseHeader(JWSInvalid, protectedHeader);
    protectedHeader = normalized[0], encodedProtectedHeader = base64url_encode(normalized[1]);
  }
  if (unprotectedHeader !== void 0 && (unprotectedHeader = serializeJoseHeader(JWSInvalid, unprotectedHeader)[0]), !protectedHeader && !unprotectedHeader)
    throw new JWSInvalid("either setProtectedHeader or setUnprotectedHeader must be called before #sign()");
  if (!isDisjoint(protectedHeader, unprotectedHeader))
    throw new JWSInvalid("JWS Protected and JWS Unprotected Header Parameter names must be disjoint");
  const joseHeader = { ...protectedHeader, ...unprotectedHeader };
  validateCritDuplicates(JWSInvalid, protectedHeader);
  const b64 = validateB64(protectedHeader, validateCrit(JWSInvalid, JWS_RECOGNIZED, crit, protectedHeader, joseHeader));
  b64 || rejectUnencoded?.();
  const { alg } = joseHeader;
  if (typeof alg != "string" || !alg)
    throw new JWSInvalid('JWS "alg" (Algorithm) Header Parameter missing or invalid');
  const entry = jwsAlgorithm(alg);
  let encodedPayload = "", signingPayload = payload, signingInput;
  if (b64) {
    const encodedPayloadCache = input[4];
    encodedPayloadCache ? (encodedPayload = encodedPayloadCache[0] ??= base64url_encode(payload), signingPayload = encodedPayloadCache[1] ??= buffer_utils_encode(encodedPayload)) : (encodedPayload = base64url_encode(payload), signingInput = encoder.encode(`${encodedProtectedHeader}.${encodedPayload}`));
  }
  signingInput ??= concat(buffer_utils_encode(encodedProtectedHeader), buffer_utils_encode("."), signingPayload);
  const signingKey = await rawKey(await prepareKey(entry, key, "sign"), entry.subtle, "sign");
  entry.minRsaBits && checkModulusLength(entry.alg, signingKey);
  const jws = {
    signature: base64url_encode(new Uint8Array(await crypto.subtle.sign(entry.signing, signingKey, signingInput))),
    payload: encodedPayload
  };
  return protectedHeader && (jws.protected = encodedProtectedHeader), unprotectedHeader && (jws.header = unprotectedHeader), [jws, b64];
}
async function createCompactSignature(payload, protectedHeader, crit, key, rejectUnencoded) {
  const [jws] = await createSignature([payload, protectedHeader, void 0, crit], key, rejectUnencoded);
  return `${jws.protected}.${jws.payload}.${jws.signature}`;
}


;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/jws/compact/sign.js


class CompactSign {
  #payload;
  #protectedHeader;
  constructor(payload) {
    assertUint8Array(payload, "payload"), this.#payload = payload;
  }
  setProtectedHeader(protectedHeader) {
    return assertNotSet(this.#protectedHeader, "setProtectedHeader"), this.#protectedHeader = protectedHeader, this;
  }
  async sign(key, options) {
    return createCompactSignature(this.#payload, this.#protectedHeader, options?.crit, key, () => {
      throw new TypeError("use the flattened module for creating JWS with b64: false");
    });
  }
}


;// CONCATENATED MODULE: ./build/src/token/assertion.js

/** Salesforce accepts at most three minutes (Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration"). */
const ASSERTION_LIFETIME_SECONDS = 180;
/** The claims of an assertion that is valid from now on for {@link ASSERTION_LIFETIME_SECONDS} (RFC 7523 §3). */
function claimsFor({ consumerKey, username, audience, now }) {
  return { iss: consumerKey, sub: username, aud: audience, exp: Math.floor(now / 1000) + ASSERTION_LIFETIME_SECONDS };
}
/**
 * Signs the claims with RS256, the only algorithm that Salesforce takes.
 *
 * @returns the assertion in JWS compact form: a secret until it has expired
 */
function signAssertion(claims, privateKey) {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  return new CompactSign(payload).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
}

;// CONCATENATED MODULE: ./build/src/token/grants.js


/** Grants of the JWT bearer flow (RFC 7523 §2.1), signed afresh for each attempt: Salesforce may reject one that it has seen. */
function jwtBearer({ consumerKey, username, privateKey }) {
  return {
    refusals: JWT_BEARER_REFUSALS,
    make: async ({ audience, skewMs = 0 }, now) => {
      const claims = claimsFor({ consumerKey, username, audience, now: now + skewMs });
      const assertion = await signAssertion(claims, privateKey);
      return bearerGrant(assertion, claims);
    },
  };
}
/** The same grant for each attempt: an assertion that another program signed can't be adjusted, only sent again. */
function givenAssertion({ text, claims }) {
  return {
    refusals: JWT_BEARER_REFUSALS,
    validUntil: claims.exp * 1000,
    make: async () => bearerGrant(text, claims),
  };
}
function bearerGrant(assertion, claims) {
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  return { form, secret: assertion, claims };
}

;// CONCATENATED MODULE: ./build/src/token/request.js



/** A request id as servers draw them, up to the length of a UUID: too few kinds of characters to hold a piece of an assertion. */
const REQUEST_ID = /^[\da-f-]{1,36}$/i;
/**
 * Asks the token endpoint for an access token until there is a token, a refusal, or the end of the budget.
 * Each attempt sends a new assertion (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
 *
 * @returns the token response's fields, unchecked, or how the request failed
 */
async function requestToken(request, deps) {
  const { clock, runner, random } = deps;
  const start = clock.monotonic();
  const remainingMs = () => request.timeoutSeconds * 1000 - (clock.monotonic() - start);
  const attempts = [];
  let signing = request.signing;
  for (;;) {
    const number = attempts.length + 1;
    const attempt = await sendGrant(request, signing, { ...deps, number, timeMs: attemptMs(remainingMs()) });
    if (attempt.kind === "granted") {
      if (signing.audience !== request.signing.audience) runner.info(describeAccepted(signing.audience));
      return attempt;
    }
    attempts.push(attempt);
    const { validUntil } = request.grants;
    const validForMs = validUntil && validUntil - clock.now();
    const next = nextStep(attempts, { validForMs, remainingMs: remainingMs(), random });
    if (next.kind === "stop") {
      const { claims } = attempt;
      return { ...resultOf(attempts), durationMs: clock.monotonic() - start, ...next, kind: "failed", claims };
    }
    if (next.kind === "adjust") {
      runner[next.adjustment.isWarning ? "warning" : "info"](next.adjustment.notice);
      signing = next.adjustment.signing;
    } else {
      const wait = `Next attempt in ${seconds(next.waitMs)}.`;
      runner.info(`Attempt ${number} failed: ${request_describeResponse(attempt.response)}. ${wait}`);
      await clock.sleep(next.waitMs);
    }
  }
}
/** The response to report: silence in the last attempts says less than what Salesforce, or else the proxy, answered before. */
function resultOf(attempts) {
  const last = attempts.at(-1);
  const isSilence = last.response.rule.code === "no-answer-in-time";
  const answered = isSilence ? (attempts.findLast(isAnswered) ?? attempts.findLast(isFaultOfProxy)) : undefined;
  const { response, signing, runnerTime, salesforceTime } = answered ?? last;
  const measuredSkewMs = salesforceTime === undefined ? undefined : salesforceTime - runnerTime;
  return { response, attempts: attempts.length, signing, measuredSkewMs };
}
function isFaultOfProxy({ response }) {
  return response.rule.code.startsWith("proxy-");
}
function describeAccepted(audience) {
  return `Salesforce accepted the audience ${audience}. To save a request in each run, set the input audience to it.`;
}
async function sendGrant(request, signing, deps) {
  const { httpPost, clock, runner, number, timeMs } = deps;
  const { grants, tokenEndpoint } = request;
  const start = clock.monotonic();
  let grant;
  const result = await clock
    .withTimeout(timeMs, async (signal) => {
      grant = await grants.make(signing, clock.now(), signal);
      runner.mask(grant.secret);
      return httpPost({ url: tokenEndpoint, form: grant.form, signal });
    })
    .catch((error) => ({ error }));
  const runnerTime = clock.now();
  const sent = grant;
  const response = "error" in result ? noResponse(result.error, sent, grants) : parse(result, sent, grants);
  const durationMs = clock.monotonic() - start;
  const status = "error" in result ? "" : `HTTP ${result.status}${requestId(result)}, `;
  const outcome = `${status}${request_describeResponse(response)}, ${Math.round(durationMs)} ms`;
  runner.debug(`Attempt ${number}: POST ${tokenEndpoint}, claims ${JSON.stringify(sent?.claims)}: ${outcome}`);
  const claims = sent?.claims;
  if (response.kind === "granted") return { ...response, claims };
  const headers = "error" in result ? {} : result.headers;
  const salesforceTime = dateOf(headers);
  return { kind: "failed", signing, response, headers, durationMs, runnerTime, salesforceTime, claims };
}
function parse(response, sent, { refusals }) {
  return parseTokenResponse(response, sent?.secret ?? "", refusals);
}
/** Without a grant it was the request for the grant that failed. */
function noResponse(error, sent, { describeError }) {
  return sent === undefined && describeError ? describeError(error) : { kind: "none", ...classifyNetworkError(error) };
}
/** Says in a clause how an attempt ended, in our own words: this goes into plain lines of the log. */
function request_describeResponse(response) {
  switch (response.kind) {
    case "granted":
      return "Salesforce granted a token";
    case "error":
      return `Salesforce answered HTTP ${response.status}${/^\w{1,60}$/.test(response.error) ? ` ${response.error}` : ""}`;
    case "invalid":
      return `the server answered HTTP ${response.status} with ${response.summary}`;
    case "none":
      return response.reason;
  }
}
function requestId({ headers }) {
  const id = headers["x-request-id"] ?? headers["x-sfdc-request-id"] ?? headers["sfdc-request-id"];
  return typeof id === "string" && REQUEST_ID.test(id) ? ` (request ${id})` : "";
}
function dateOf(headers) {
  const date = Date.parse(headers.date ?? "");
  return Number.isNaN(date) ? undefined : date;
}
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

;// CONCATENATED MODULE: ./build/src/token/revocation.js

/** The post step ends within ten seconds, the start and end of Node included. */
const REVOCATION_MS = 9000;
/** Names of the runner's state, which passes the token to the post step. */
const STATE = { accessToken: "revoke_access_token", instanceUrl: "revoke_instance_url" };
/** An https origin of a host name, to which a path is appended as it is: no path, no user name, no IP address. */
const HTTPS_ORIGIN = /^https:\/\/(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*(?::\d{1,5})?$/;
/** An error code (RFC 6749 §5.2, RFC 7009 §2.2.1). Other text isn't shown: it could be a piece of the token, which still works. */
const ERROR_CODE = /^[a-z_]{1,40}(?=\s|$)/;
/**
 * Saves a token for the post step; the runner passes state to this action's post step only. If that fails, revokes the
 * token at once, since the post step won't.
 *
 * @returns why the token couldn't be saved; undefined if it was
 */
async function saveForRevocation(token, deps) {
  try {
    deps.runner.saveState(STATE.accessToken, token.accessToken);
    deps.runner.saveState(STATE.instanceUrl, token.instanceUrl);
    return undefined;
  } catch (error) {
    await revoke(token, deps);
    return error;
  }
}
/**
 * Returns the token that was saved, if any. Its address is unchecked: see {@link revoke}.
 *
 * @param env the post step's environment
 */
function savedToken(env) {
  const accessToken = env[`STATE_${STATE.accessToken}`];
  return accessToken ? { accessToken, instanceUrl: env[`STATE_${STATE.instanceUrl}`] ?? "" } : undefined;
}
/**
 * Revokes a token at its org (RFC 7009; Salesforce help, "Revoke OAuth Tokens"). What goes wrong becomes a warning: the
 * job's work is done.
 *
 * @throws only a defect
 */
async function revoke({ accessToken, instanceUrl }, { httpPost, clock, runner }) {
  const url = `${instanceUrl}/services/oauth2/revoke`;
  const problem =
    HTTPS_ORIGIN.test(instanceUrl) && URL.canParse(url)
      ? await clock
          .withTimeout(REVOCATION_MS, (signal) => httpPost({ url, form: { token: accessToken }, signal }))
          .then(refusal, (error) => classifyNetworkError(error).reason)
      : "the address that was saved with it isn't https:// and a host name, so it was sent nowhere";
  if (problem === undefined) runner.info("The access token was revoked.");
  else {
    runner.warning(
      `The access token couldn't be revoked: ${problem}. It is valid until its session ends. To end it now, remove the session in Setup > Session Management.`,
    );
  }
}
function refusal({ status, body }) {
  if (status === 200) return undefined;
  const [code = ""] = ERROR_CODE.exec(errorCode(body)) ?? [];
  return `Salesforce answered HTTP ${status} ${code}`.trim();
}
/** Salesforce has been seen to answer here in JSON and as a form. */
function errorCode(body) {
  try {
    const error = JSON.parse(body)?.error;
    return typeof error === "string" ? error : "";
  } catch {
    return new URLSearchParams(body.slice(0, 2000)).get("error") ?? "";
  }
}

;// CONCATENATED MODULE: ./build/src/login.js















/**
 * The main step: inputs -> what is sent -> token endpoint -> checks -> outputs.
 *
 * @throws ActionError with what to do, or any other error, which is a bug
 */
async function login(deps) {
  const { env, runner, clock, readFile } = deps;
  const raw = rawInputs(env);
  secretsOfInputs(raw).forEach(runner.mask);
  const inputs = readInputs(raw, { env, readFile, mask: runner.mask, now: new Date(clock.now()) });
  inputs.notices.forEach(runner.info);
  inputs.warnings.forEach(runner.warning);
  runner.requireFiles(filesToWrite(inputs));
  const result = await requestToken(tokenRequest(inputs, deps), deps);
  if (result.kind === "failed") {
    if (inputs.keyless) logLoginRule(result, deps);
    throw explain({ result, inputs, now: new Date(clock.now()) });
  }
  secretsOf(result.fields).forEach(runner.mask);
  const hosts = expectedHosts(inputs);
  // A token that a check refuses exists, too, and is to be revoked: it is saved before the checks.
  const saved = inputs.revokeToken ? revocable(result.fields, hosts) : undefined;
  const notSaved = saved && (await saveForRevocation(saved, deps));
  const token = checkToken(result.fields, hosts);
  checkOrg(token, inputs);
  if (notSaved) throw notSaved;
  const certificateExpiresAt = inputs.certificate?.notAfter.toISOString() ?? "";
  setOutputs({ ...inputs, token, certificateExpiresAt, runner });
  const user = nameUser(inputs, token, result);
  if (inputs.writeJobSummary) runner.addSummary(loginSummary(user, token, certificateExpiresAt));
  runner.info(`Logged in to ${token.instanceUrl} as ${user}.`);
}
function filesToWrite({ revokeToken, exportEnvironmentVariables }) {
  return [
    "GITHUB_OUTPUT",
    ...(revokeToken ? ["GITHUB_STATE"] : []),
    ...(exportEnvironmentVariables ? ["GITHUB_ENV"] : []),
  ];
}
/** The rule chose a keyless job's user, whose ID alone came back. */
function nameUser({ keyless, username }, { userId }, { claims = {} }) {
  return keyless ? `user ${userId || "(unknown ID)"}, job of ${describeJob({ ...claims })}` : username;
}
/** Salesforce refused the job: an administrator can review this rule and deploy it. */
function logLoginRule({ claims, response }, { runner }) {
  if (claims === undefined || response.kind !== "error") return;
  runner.info(`A login rule for this job, to review and deploy as customMetadata/GitHub_Login_Rule.NAME.md-meta.xml:`);
  for (const line of loginRule({ ...claims }).split("\n")) runner.info(line);
}
function tokenRequest({ loginUrl, audience, fallbackAudience, timeoutSeconds, keyless, assertion, ...key }, deps) {
  const { env, runner } = deps;
  const { consumerKey } = key;
  return {
    tokenEndpoint: loginUrl.tokenEndpoint,
    grants: keyless
      ? tokenExchange({ consumerKey, ...keyless, endpoint: oidcEndpoint(env) }, { ...deps, mask: runner.mask })
      : assertion
        ? givenAssertion(assertion)
        : jwtBearer(key),
    signing: { audience, fallbackAudience, skewMs: undefined },
    timeoutSeconds,
  };
}
function expectedHosts({ loginUrl: { url, isMyDomain, isSalesforce } }) {
  return { loginOrigin: new URL(url).origin, isInstance: isMyDomain, isSalesforce };
}
function checkOrg({ orgId, instanceUrl }, { expectedOrgId, username, keyless }) {
  if (expectedOrgId === undefined || (orgId !== "" && sameId(orgId, expectedOrgId))) return;
  const isNamed = orgId !== "";
  throw new ActionError({
    code: "org-mismatch",
    headline: isNamed
      ? `The token is for org ${orgId}, but expected_org_id is ${expectedOrgId}. No outputs were set.`
      : "Salesforce didn't name the token's org, so it can't be compared with expected_org_id. No outputs were set.",
    context: [keyless ? `Org at ${instanceUrl}` : `User ${username} at ${instanceUrl}`],
    causes: isNamed ? otherOrg(expectedOrgId) : ORG_NOT_NAMED,
  });
}
const ORG_NOT_NAMED = [
  {
    cause: "The app issues JWT-based access tokens, and not every one names its org.",
    fix: "Setup > External Client App Manager > your app > Settings > Edit > OAuth Settings > Security: clear “Issue JSON Web Token (JWT)-based access tokens for named users”. Or remove expected_org_id from the step.",
  },
];
function otherOrg(expectedOrgId) {
  return [
    {
      cause: "login_url or username belongs to another org than you intend.",
      fix: `Set login_url to the My Domain of org ${expectedOrgId} (Setup > My Domain > Current My Domain URL), and username to a user of that org.`,
    },
    {
      cause: "The org is the right one, but its ID changed: a refreshed sandbox has a new ID.",
      fix: "Set expected_org_id to Setup > Company Information > Salesforce.com Organization ID.",
    },
  ];
}

;// CONCATENATED MODULE: ./build/src/action.js











const { env } = process;
const runner = githubRunner(env);
const deps = {
  env,
  runner,
  readFile: readRegularFile,
  httpPost: ignoreTlsSwitch(env, runner.warning, requireReadableProxy(env, httpPost)),
  httpGet: ignoreTlsSwitch(env, runner.warning, requireReadableProxy(env, httpGet)),
  clock: systemClock,
  random: Math.random,
};
// The proxy client calls the deprecated `Buffer()` for a proxy's password; readers of the log can't do anything about it.
process.noDeprecation = true;
// Node can't end a name lookup, and waits for it before the process ends. A name server that doesn't answer holds glibc up
// for 15 to 30 s by default; with this (resolv.conf(5)) for 4 to 10 s.
env["RES_OPTIONS"] ??= "timeout:2 attempts:2";
/** The main step: gets a token and sets the outputs, or fails with one error annotation. */
async function main() {
  // Node exits with 0 when nothing is left to wait for, also in the middle of a login: success is stated explicitly.
  process.exitCode = 1;
  process.once("beforeExit", failWithoutResult);
  try {
    await login(deps);
    process.exitCode = 0;
  } catch (error) {
    fail(error);
  }
  process.off("beforeExit", failWithoutResult);
  exit();
}
/** The post step: revokes the token that the main step saved. Never fails the job, whose work is done. */
async function post() {
  const saved = savedToken(env);
  if (!saved) return;
  // If the log can't be written, the token is still revoked. The main step fails then: nothing that it gets could be masked.
  process.stdout.on("error", () => {});
  runner.mask(saved.accessToken);
  try {
    await revoke(saved, deps);
  } catch (error) {
    runner.warning(errorMessage(error, troubleshootingUrl(env)));
  }
  exit();
}
function fail(error) {
  const message = errorMessage(error, troubleshootingUrl(env));
  runner.error(message);
  if (wantsSummary(rawInputs(env))) runner.addSummary(failureSummary(message));
}
function failWithoutResult() {
  fail(new Error("there was nothing left to wait for, and no result"));
  exit();
}
/**
 * Exits when stdout is flushed, which a plain `process.exit()` doesn't wait for. A natural exit takes longer: Node first
 * waits for connections to close.
 */
function exit() {
  process.stdout.write("", () => process.exit());
}

})();

module.exports = __webpack_exports__;
/******/ })()
;