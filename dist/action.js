/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 609:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

// MODULE: ./node_modules/tunnel/index.js
module.exports = __nccwpck_require__(603);


/***/ }),

/***/ 603:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

"use strict";
var __webpack_unused_export__;
// MODULE: ./node_modules/tunnel/lib/tunnel.js


var tls = __nccwpck_require__(756);
var http = __nccwpck_require__(611);
var https = __nccwpck_require__(692);
var events = __nccwpck_require__(434);
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

/***/ 640:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AttemptTimeout: () => AttemptTimeout,
/* harmony export */   systemClock: () => systemClock
/* harmony export */ });
// MODULE: ./src/clock.js
/** An attempt that got no whole answer in its time. */
class AttemptTimeout extends Error {
  name = "AttemptTimeout";
  /** @param milliseconds what the attempt was given */
  constructor(milliseconds) {
    super(`no answer within ${(milliseconds / 1000).toFixed(1)} s`);
  }
}
const systemClock = {
  now: Date.now,
  // `performance` and `timers/promises` would do the same, but node takes a millisecond or two to load them.
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  within: async (milliseconds, work) => {
    const controller = new AbortController();
    let timer;
    // Unlike AbortSignal.timeout(), this timer keeps the process alive: node must not end before there is an outcome.
    const over = new Promise((_, reject) => {
      timer = setTimeout(() => {
        const error = new AttemptTimeout(milliseconds);
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


/***/ }),

/***/ 388:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Failure: () => Failure
/* harmony export */ });
// MODULE: ./src/failure.js
/**
 * An outcome that the user can do something about. Every room throws this and nothing else on purpose;
 * any other error is a defect of the action.
 *
 * @example
 * throw new Failure({
 *   code: "private-key-is-certificate",
 *   message: "this is a certificate, not a private key",
 *   steps: ["Store the file that openssl wrote with -keyout: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key"],
 * });
 */
class Failure extends Error {
  name = "Failure";
  code;
  causes;
  steps;
  constructor({ code, message, causes = [], steps = [], cause }) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.causes = causes;
    this.steps = steps;
  }
}


/***/ }),

/***/ 115:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
// ESM COMPAT FLAG
__nccwpck_require__.r(__webpack_exports__);

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  BODY_LIMIT: () => BODY_LIMIT,
  pastNoProxy: () => pastNoProxy,
  postForm: () => postForm
});

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



// EXTERNAL MODULE: ./node_modules/tunnel/index.js
var tunnel = __nccwpck_require__(609);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/index.js





/* eslint-disable @typescript-eslint/no-explicit-any */
var __awaiter = ( false) || function (thisArg, _arguments, P, generator) {
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
}
class HttpClient {
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
    post(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('POST', requestUrl, data, additionalHeaders || {});
        });
    }
    head(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('HEAD', requestUrl, null, additionalHeaders || {});
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
}
const lowercaseKeys = (obj) => Object.keys(obj).reduce((c, k) => ((c[k.toLowerCase()] = obj[k]), c), {});



;// CONCATENATED MODULE: ./src/form-post.js

/** The most of an answer's body that is read and kept, in bytes. */
const BODY_LIMIT = 1024 * 1024;
/**
 * Sends a form in one POST: never redirected, never repeated, through the proxy of `https_proxy` and `no_proxy`.
 *
 * @throws the socket's, the proxy's or TLS's error, or the signal's reason
 */
const postForm = async ({ url, form, signal }) => {
  const client = new HttpClient("salesforce-jwt-auth", [abortWith(signal)], { allowRedirects: false });
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  try {
    const { message } = await client.post(url, new URLSearchParams(form).toString(), headers);
    return { status: message.statusCode ?? 0, headers: message.headers, ...(await readBody(message)) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
};
/**
 * Refuses to post where a proxy is set whose address the client can't read: it would pass over the proxy and go
 * straight to the host, past whatever the proxy is there for.
 *
 * @param proxy value of `https_proxy`; it may hold a password, so no error repeats it
 * @param post what sends the form otherwise
 */
function pastNoProxy(proxy, post) {
  if (!proxy || isProxyAddress(proxy)) return post;
  return async () => {
    const message = "https_proxy is set, but not to http://host:port";
    throw Object.assign(new Error(message), { code: "ERR_INVALID_URL" });
  };
}
/** As the client reads it: what has no scheme and is no URL either, such as 10.0.0.1:3128, gets one. */
function isProxyAddress(proxy) {
  try {
    const isUrl = /^https?:\/\//.test(proxy) || URL.canParse(proxy);
    const { protocol, hostname, username, password } = new URL(isUrl ? proxy : `http://${proxy}`);
    decodeURIComponent(username + password);
    return /^https?:$/.test(protocol) && hostname !== "";
  } catch {
    return false;
  }
}
/**
 * The client has no way to end a request, so the signal goes in where it lets handlers change the options. Behind a
 * proxy the CONNECT is a request of its own, made by the agent, and would outlive ours without the signal.
 */
function abortWith(signal) {
  return {
    prepareRequest(options) {
      options.signal = signal;
      const { proxyOptions } = options.agent;
      if (proxyOptions) proxyOptions.signal = signal;
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new Error("unreachable: no authentication is handled")),
  };
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
  return { body: Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString("utf8"), oversized: size > BODY_LIMIT };
}


/***/ }),

/***/ 44:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   isObject: () => isObject,
/* harmony export */   parseJson: () => parseJson,
/* harmony export */   readGrant: () => readGrant
/* harmony export */ });
// MODULE: ./src/grant.js
/**
 * Takes a token answer for one, without a look at its fields but the two that make it one.
 *
 * @param answer any status, any body
 * @returns undefined where the answer is anything but a grant
 */
function readGrant({ status, body, oversized }) {
  const fields = status === 200 && !oversized ? parseJson(body) : undefined;
  const isGrant = isObject(fields) && typeof fields["error"] !== "string" && "access_token" in fields;
  return isGrant ? { kind: "granted", fields } : undefined;
}
/** The value of a JSON text; undefined where it is none. */
function parseJson(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
/** Whether a value of JSON is an object. */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}


/***/ }),

/***/ 670:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  InputsFailure: () => InputsFailure,
  rawInputs: () => rawInputs,
  readInputs: () => readInputs,
  secretsOfInputs: () => secretsOfInputs,
  wantsSummary: () => wantsSummary
});

// UNUSED EXPORTS: INPUT_DEFAULTS

;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = require("node:crypto");
// EXTERNAL MODULE: ./src/failure.js
var failure = __nccwpck_require__(388);
;// CONCATENATED MODULE: ./src/certificate-problems.js

const STORE_CERTIFICATE =
  "Give the file that openssl wrote with -out: gh variable set SALESFORCE_CERTIFICATE < salesforce.crt";
/** Every reason to refuse a certificate, by its failure code. */
const CERTIFICATE_PROBLEMS = {
  "certificate-is-a-private-key": {
    message: "it holds a private key, and only the certificate belongs here",
    steps: [
      "The certificate is public and its input is not hidden in logs: if the key stood in a variable or in the workflow, make a new pair and delete the old one.",
      STORE_CERTIFICATE,
    ],
  },
  "certificate-is-a-request": {
    message: "this is a certificate signing request, not a certificate",
    steps: [
      "Make the certificate of it: openssl x509 -req -sha256 -days 730 -in salesforce.csr -signkey salesforce.key -out salesforce.crt",
      STORE_CERTIFICATE,
    ],
  },
  "certificate-is-a-public-key": {
    message: "this is a bare public key, not a certificate",
    steps: [STORE_CERTIFICATE],
  },
  "certificate-is-a-file-name": {
    message: "this is a file path, and the input takes the certificate itself",
    steps: [STORE_CERTIFICATE],
  },
  "certificate-truncated": {
    message: "it begins as a certificate, but has no END CERTIFICATE line",
    steps: ["Copy the whole file, its last line included.", STORE_CERTIFICATE],
  },
  "certificate-unreadable": {
    message: "this can't be read as a certificate in PEM or base64",
    steps: [
      STORE_CERTIFICATE,
      "From a PKCS#12 file: openssl pkcs12 -in salesforce.p12 -clcerts -nokeys -out salesforce.crt",
      "From a PKCS#7 file: openssl pkcs7 -in salesforce.p7b -print_certs -out salesforce.crt",
    ],
  },
  "certificate-key-mismatch": {
    message: "the certificate and the private key are not a pair",
    steps: [
      "Compare the pair on your machine; both commands must print the same SHA-256.",
      "The certificate: openssl x509 -noout -pubkey -in salesforce.crt | openssl pkey -pubin -outform DER | openssl dgst -sha256",
      "The private key: openssl pkey -in salesforce.key -pubout -outform DER | openssl dgst -sha256",
      "Give the certificate that was made with this key, or the key that was made with the app's certificate. After a rotation both change together.",
    ],
  },
};
/**
 * The failure of a certificate.
 *
 * @param message one that says more than the table's
 */
function certificateFailure(code, message) {
  const problem = CERTIFICATE_PROBLEMS[code];
  return new failure.Failure({ code, message: message ?? problem.message, steps: problem.steps });
}

;// CONCATENATED MODULE: ./src/key-pair-steps.js
/** Makes a private key and the certificate that an app takes for it. */
const KEY_PAIR_COMMAND =
  "openssl req -x509 -sha256 -nodes -days 730 -newkey rsa:2048 -keyout salesforce.key -out salesforce.crt -subj /CN=github-actions";
/** Where an External Client App takes its certificate. */
const UPLOAD_PATH =
  "Setup → External Client App Manager → your app → Settings → OAuth Settings → Flow Enablement → JWT Bearer Flow";

;// CONCATENATED MODULE: ./src/certificate.js



const RENEWAL =
  `Make a new pair (${KEY_PAIR_COMMAND}), upload salesforce.crt to the app (${UPLOAD_PATH}), and change the stored key and ` +
  "certificate at the same time: the app takes one certificate.";
const DAY_MS = 86_400_000;
/** What else is pasted as a certificate, by its BEGIN line (RFC 7468). */
const OTHER_ARMOR = [
  [/BEGIN (?:NEW )?CERTIFICATE REQUEST/, "certificate-is-a-request"],
  [/BEGIN [A-Z0-9 ]*PUBLIC KEY/, "certificate-is-a-public-key"],
];
const BEGIN_CERTIFICATE = /BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const CERTIFICATE_BLOCK = /BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END /;
const FILE_PATH = /^[^\n]{1,255}\.(?:crt|cer|cert|pem|der|p7b|p12|pfx|jks|csr|key)$/i;
/**
 * Reads a certificate as people paste it: PEM, base64 of PEM or of DER; with any line ends, literal `\n`, on one line,
 * indented, quoted, with a BOM, with text around it. Of several, the first.
 *
 * @param text the input as given
 * @throws Failure with a code of {@link CERTIFICATE_PROBLEMS}, never with a part of the text
 */
function readCertificate(text) {
  if (FILE_PATH.test(text.trim())) throw certificateFailure("certificate-is-a-file-name");
  const tidied = tidy(text);
  const decoded = decodeBase64(tidied);
  const pem = [tidied, tidy(decoded?.toString("latin1") ?? "")].find((candidate) => /-----BEGIN /.test(candidate));
  const der = pem === undefined ? decoded : derOfPem(pem);
  if (der === undefined) throw certificateFailure("certificate-unreadable");
  const certificate = parseDer(der);
  if (certificate === undefined) throw certificateFailure(problemOfDer(der));
  return certificate;
}
/**
 * Checks that a certificate is the private key's.
 *
 * @throws Failure `certificate-key-mismatch` with the fingerprints of both public keys
 */
function checkPair(pair) {
  const ofCertificate = pair.certificate.publicKeyFingerprint;
  const ofKey = fingerprint((0,external_node_crypto_namespaceObject.createPublicKey)(pair.privateKey));
  if (ofCertificate === ofKey) return;
  const { message } = CERTIFICATE_PROBLEMS["certificate-key-mismatch"];
  throw certificateFailure(
    "certificate-key-mismatch",
    `${message}: the SHA-256 of the certificate's public key is ${ofCertificate}, the private key's is ${ofKey}`,
  );
}
/**
 * A word about the certificate's dates, where they are worth one.
 *
 * @param now the moment to compare with
 * @param warningDays how many days before the end the warnings begin
 */
function certificateWarning(facts) {
  const { startsAt, expiresAt } = facts.certificate;
  const leftMs = expiresAt.getTime() - facts.now.getTime();
  if (leftMs <= 0) {
    return `The certificate lapsed on ${day(expiresAt)}. Whether it still works is up to Salesforce. ${RENEWAL}`;
  }
  if (startsAt > facts.now) {
    return (
      `The certificate is valid only from ${startsAt.toISOString()}, which is in the future by the runner's clock. ` +
      "Whether it works already is up to Salesforce. Check the runner's clock, or wait."
    );
  }
  if (leftMs > facts.warningDays * DAY_MS) return undefined;
  return `The certificate ends on ${day(expiresAt)}, in ${daysLeft(leftMs)}. ${RENEWAL}`;
}
/** Undoes what YAML, JSON and `.env` files do to a PEM; none of these characters belongs into one. White space does no harm. */
function tidy(text) {
  return text
    .replace(/\\+[rnt]/g, "\n")
    .replace(/["'`\\]/g, "")
    .trim();
}
function decodeBase64(text) {
  const body = text.replace(/\s+/g, "");
  return /^[A-Za-z\d+/_-]+={0,2}$/.test(body) ? Buffer.from(body, "base64") : undefined;
}
function derOfPem(pem) {
  // Refused even beside a certificate: the runner has printed this input before the step could hide anything.
  if (/PRIVATE KEY-----/.test(pem)) throw certificateFailure("certificate-is-a-private-key");
  const body = CERTIFICATE_BLOCK.exec(pem)?.[1];
  if (body !== undefined) return decodeBase64(body);
  if (BEGIN_CERTIFICATE.test(pem)) throw certificateFailure("certificate-truncated");
  const other = OTHER_ARMOR.find(([begin]) => begin.test(pem));
  throw certificateFailure(other?.[1] ?? "certificate-unreadable");
}
function parseDer(der) {
  try {
    const { validFromDate, validToDate, publicKey } = new external_node_crypto_namespaceObject.X509Certificate(der);
    if (Number.isNaN(validFromDate.getTime()) || Number.isNaN(validToDate.getTime())) return undefined;
    return { startsAt: validFromDate, expiresAt: validToDate, publicKeyFingerprint: fingerprint(publicKey) };
  } catch {
    return undefined;
  }
}
function problemOfDer(der) {
  if (["pkcs8", "pkcs1", "sec1"].some((type) => isPrivateKey(der, type))) {
    return "certificate-is-a-private-key";
  }
  if (["spki", "pkcs1"].some((type) => isPublicKey(der, type))) return "certificate-is-a-public-key";
  return "certificate-unreadable";
}
/** An encrypted key can't be opened here, but Node says that a passphrase is missing, which other bytes don't get. */
function isPrivateKey(der, type) {
  try {
    (0,external_node_crypto_namespaceObject.createPrivateKey)({ key: der, format: "der", type });
    return true;
  } catch (error) {
    return error.code === "ERR_MISSING_PASSPHRASE";
  }
}
function isPublicKey(der, type) {
  try {
    (0,external_node_crypto_namespaceObject.createPublicKey)({ key: der, format: "der", type });
    return true;
  } catch {
    return false;
  }
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

;// CONCATENATED MODULE: ./src/input-values.js

/** Compiled when needed: V8 is slow at Unicode's classes, and most inputs are plain ASCII. */
const INVISIBLE = "[\\s\\p{C}]";
/** What a required input that arrives blank usually comes from, most frequent first. */
const WHY_BLANK = [
  "Check the name: a secret or variable that doesn't exist is silently blank.",
  "A secret of an environment reaches only jobs that name it: add environment: to the job.",
  "Workflows that run for a fork or for Dependabot get no secrets (Dependabot has a store of its own).",
  "A reusable workflow gets secrets only by secrets: inherit or by name.",
];
/** The failure of an input that must not be blank. */
function blank(message) {
  return new failure.Failure({ code: "input-blank", message, steps: WHY_BLANK });
}
/**
 * @param text the consumer key: an opaque identifier, without any white space
 * @throws Failure
 */
function parseConsumerKey(text) {
  const key = text.trim();
  if (key === "") throw blank("it is blank");
  refuseOddCharacters(key, "consumer-key-malformed", [
    "Copy it with the copy button: Setup → External Client App Manager → your app → Settings → OAuth Settings → Consumer Key and Secret.",
  ]);
  return key;
}
/**
 * @param text a Salesforce username: in the form of an e-mail address, but not one
 * @throws Failure
 */
function parseUsername(text) {
  const username = text.trim();
  if (username === "") throw blank("it is blank");
  const steps = [
    "Copy it from the user's page: Setup → Users → Username. It is in the form of an e-mail address and need not be one.",
  ];
  refuseOddCharacters(username, "username-malformed", steps);
  if (!/^[^@]+@[^@]+$/.test(username)) {
    throw new failure.Failure({
      code: "username-malformed",
      message: "a Salesforce username has one @ in it, and this has not",
      steps,
    });
  }
  return username;
}
function refuseOddCharacters(text, code, steps) {
  if (text.includes("${{")) {
    const message = "it holds an expression that GitHub did not replace";
    throw new failure.Failure({
      code,
      message,
      steps: ["Write the expression into the step itself, without quotes that keep it from being read.", ...steps],
    });
  }
  // White space and control characters belong into neither, and would let a value end a line of the log.
  if (hasInvisible(text)) {
    throw new failure.Failure({ code, message: "it has white space or an invisible character in it", steps });
  }
}
function hasInvisible(text) {
  return !/^[!-~]*$/.test(text) && new RegExp(INVISIBLE, "u").test(text);
}
/**
 * @param text `true` or `false` in the spellings of YAML 1.2
 * @throws Failure
 */
function parseBoolean(text) {
  const value = text.trim();
  if (/^(?:true|True|TRUE)$/.test(value)) return true;
  if (/^(?:false|False|FALSE)$/.test(value)) return false;
  throw new failure.Failure({
    code: "input-not-a-boolean",
    message: "it is neither true nor false",
    steps: ["Write true or false."],
  });
}
/**
 * @param text decimal digits
 * @param range the least and the greatest number that is allowed
 * @throws Failure
 */
function parseWholeNumber(text, { from, to }) {
  const value = text.trim();
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  const message = `it is not a whole number from ${from} to ${to}`;
  throw new failure.Failure({
    code: "input-not-a-number",
    message,
    steps: [`Write a number from ${from} to ${to}, digits only.`],
  });
}

;// CONCATENATED MODULE: ./src/login-url-problems.js

const COPY_MY_DOMAIN =
  "Copy the org's own address: Setup → My Domain → Current My Domain URL (acme.my.salesforce.com, for example).";
const GENERIC_LOGINS =
  "Or use https://login.salesforce.com for production, https://test.salesforce.com for a sandbox or scratch org.";
/** Every reason to refuse a login URL, by its failure code. No message holds the text that was given. */
const LOGIN_URL_PROBLEMS = {
  "login-url-blank": {
    message: "it was passed, but is blank, and a silent default would mean production",
    steps: [
      "If it comes from a variable: check the name, and that this repository, organization or environment has it.",
      "To log in at https://login.salesforce.com, leave login_url out.",
    ],
  },
  "login-url-placeholder": {
    message: "this is a shell variable or an expression that nothing has replaced",
    steps: [
      "Use an expression of GitHub Actions (vars.SALESFORCE_LOGIN_URL, for example) in the step itself: shell variables are not replaced under with:.",
      COPY_MY_DOMAIN,
    ],
  },
  "login-url-characters": {
    message: "it has white space, a backslash or a control character in it, which no address has",
    steps: ["Give exactly one address, on one line.", COPY_MY_DOMAIN],
  },
  "login-url-not-https": {
    message: "it begins with http:, and the assertion must not travel unencrypted",
    steps: ["Write https:// in place of http://"],
  },
  "login-url-scheme": {
    message: "it begins with a scheme other than https:",
    steps: ["Write https:// and the host, or the host alone.", COPY_MY_DOMAIN],
  },
  "login-url-username": {
    message: "this is a username or an e-mail address, not an address to log in at",
    steps: ["Give the Salesforce username as the input username.", COPY_MY_DOMAIN],
  },
  "login-url-user-info": {
    message: "it has a user name or password in front of the host (before an @), which this flow has no use for",
    steps: [
      "Remove everything between https:// and the host, the @ included.",
      "If that was a password, change it: the runner may have printed it with the step's inputs.",
    ],
  },
  "login-url-incomplete": {
    message: "the host is a bare word without a dot, so a part of it is missing",
    steps: [COPY_MY_DOMAIN, GENERIC_LOGINS],
  },
  "login-url-ip-address": {
    message: "the host is an IP address, and no certificate of Salesforce is valid for one",
    steps: [COPY_MY_DOMAIN, GENERIC_LOGINS],
  },
  "login-url-unreadable": {
    message: "this can't be read as the address of a host",
    steps: [COPY_MY_DOMAIN, GENERIC_LOGINS],
  },
  "login-url-misspelt": { message: "the host is misspelt", steps: [COPY_MY_DOMAIN] },
  "login-url-no-login-host": { message: "no org logs in at this host", steps: [COPY_MY_DOMAIN, GENERIC_LOGINS] },
};
/** Every reason to refuse an explicit audience, by its failure code. */
const AUDIENCE_PROBLEMS = {
  "audience-not-https-url": {
    message: "Salesforce documents only https URLs as audience, and this isn't one",
    steps: [
      "Give https://login.salesforce.com, https://test.salesforce.com, the My Domain with https:// in front, or a site's URL with its path.",
      "Or leave audience out: it then follows from login_url.",
    ],
  },
  "audience-user-info": {
    message: "it has a user name or password in front of the host (before an @)",
    steps: ["Remove everything between https:// and the host, the @ included."],
  },
};
/** Words that people give alone, and what to do about each. */
const BARE_WORDS = new Map([
  ["login", "Use https://login.salesforce.com"],
  ["production", "Use https://login.salesforce.com, or better the org's My Domain."],
  ["prod", "Use https://login.salesforce.com, or better the org's My Domain."],
  ["test", "Use https://test.salesforce.com"],
  ["sandbox", "Use https://test.salesforce.com, or better the sandbox's My Domain."],
  ["http", "Write https:// once, with its colon and both slashes."],
  ["https", "Write https:// once, with its colon and both slashes."],
]);
/**
 * What to do about a host without a dot.
 *
 * @param word lower case
 */
function hintForBareWord(word) {
  return BARE_WORDS.get(word) ?? `If ${word} is the org's My Domain name, use https://${word}.my.salesforce.com`;
}
/**
 * The failure of a login URL.
 *
 * @param details a message that says more than the table's, and a step to put first
 */
function loginUrlFailure(code, details = {}) {
  const { message, steps } = LOGIN_URL_PROBLEMS[code];
  const { hint } = details;
  return new failure.Failure({
    code,
    message: details.message ?? message,
    steps: hint === undefined ? steps : [hint, ...steps],
  });
}
/** The failure of an explicit audience. */
function audienceFailure(code) {
  return new failure.Failure({ code, ...AUDIENCE_PROBLEMS[code] });
}

;// CONCATENATED MODULE: ./src/salesforce-hosts.js
/**
 * Every host rule, the first match wins. `*` stands for one or more characters (dots too), `#` for digits; a `*` in
 * `login` is what the pattern's one `*` stood for. Sources: Salesforce help, "My Domain URL Formats" and "Partitioned
 * Domains"; Salesforce's domains as its own command line knows them.
 */
// biome-ignore format: a table, one rule a row where it fits
const HOST_RULES = [
    // The generic login hosts, those of Salesforce on Alibaba Cloud included.
    { hosts: ["login.salesforce.com", "login.sfcrmproducts.cn"], kind: "login-host", sandbox: false, why: "production, Developer Edition and Trailhead orgs" },
    { hosts: ["test.salesforce.com", "test.sfcrmproducts.cn"], kind: "login-host", sandbox: true, why: "sandboxes and scratch orgs" },
    // Certain mistakes. Any other lookalike is a legal custom domain.
    { hosts: ["logn.salesforce.com", "logins.salesforce.com", "loging.salesforce.com", "logon.salesforce.com"], kind: "misspelt", login: "login.salesforce.com", why: "is a misspelling of login.salesforce.com" },
    { hosts: ["production.salesforce.com", "prod.salesforce.com"], kind: "misspelt", login: "login.salesforce.com", why: "doesn't exist: production orgs log in at login.salesforce.com" },
    { hosts: ["sandbox.salesforce.com", "tests.salesforce.com"], kind: "misspelt", login: "test.salesforce.com", why: "doesn't exist: sandboxes log in at test.salesforce.com" },
    { hosts: ["*.saleforce.com", "*.salesfroce.com", "*.saleforces.com", "*.salesforces.com", "*.salesforce.co", "*.salesforce.cm", "*.salesforce"], kind: "misspelt", login: "*.salesforce.com", why: "misspells salesforce.com" },
    { hosts: ["salesforce.com", "www.salesforce.com", "force.com", "www.force.com"], kind: "no-login", why: "is a web site: no org logs in there" },
    { hosts: ["admin.salesforce.com", "appexchange.salesforce.com", "developer.salesforce.com", "help.salesforce.com", "status.salesforce.com", "trailhead.salesforce.com", "trust.salesforce.com", "developer.force.com"], kind: "no-login", why: "is a web site: no org logs in there" },
    { hosts: ["my.salesforce.com", "lightning.force.com", "my.site.com", "my.salesforce-setup.com"], kind: "no-login", why: "lacks the name of your org in front" },
    { hosts: ["*.salesforce.com.mcas.ms"], kind: "no-login", login: "*.salesforce.com", why: "belongs to Microsoft Defender for Cloud Apps, which stands between a browser and the org" },
    { hosts: ["*.force.com.mcas.ms"], kind: "no-login", login: "*.force.com", why: "belongs to Microsoft Defender for Cloud Apps, which stands between a browser and the org" },
    // Pages of an org, as they stand in a browser's address bar: asked at its My Domain.
    { hosts: ["*.lightning.force.com", "*.my.salesforce-setup.com"], kind: "page", login: "*.my.salesforce.com", why: "Lightning and Setup, of sandboxes and partitions too" },
    { hosts: ["*.lightning.pc-rnd.force.com", "*.my.pc-rnd.salesforce-setup.com"], kind: "page", login: "*.my.pc-rnd.salesforce.com", why: "Lightning and Setup, Salesforce's own test orgs" },
    { hosts: ["*.lightning.crmforce.mil"], kind: "page", login: "*.my.salesforce.mil", why: "Lightning, military" },
    { hosts: ["*.lightning.sfcrmapps.cn", "*.lightning.sfcrmproducts.cn", "*.setup.sfcrmproducts.cn"], kind: "page", login: "*.my.sfcrmproducts.cn", why: "Lightning and Setup, China" },
    // Hosts of an org that serve something else. Their names hold more than the My Domain, so nothing is guessed.
    { hosts: ["*.vf.force.com", "*.visual.force.com", "*.visualforce.com"], kind: "no-login", why: "serves Visualforce pages, not logins" },
    { hosts: ["*.file.force.com", "*.content.force.com", "*.documentforce.com", "*.forceusercontent.com"], kind: "no-login", why: "serves files, not logins" },
    { hosts: ["*.container.force.com", "*.container.lightning.com"], kind: "no-login", why: "serves Lightning containers, not logins" },
    { hosts: ["*.salesforce-experience.com", "*.salesforce-communities.com"], kind: "no-login", why: "serves previews of Experience Builder, not logins" },
    { hosts: ["*.salesforce-scrt.com", "*.salesforceliveagent.com"], kind: "no-login", why: "serves chats, not logins" },
    // My Domain: one partition a row, then what has none.
    { hosts: ["*.sandbox.my.salesforce.com", "*.sandbox.my.salesforce.mil", "*.sandbox.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true, why: "sandbox: acme--uat.sandbox.my.salesforce.com" },
    { hosts: ["*.scratch.my.salesforce.com", "*.scratch.my.salesforce.mil", "*.scratch.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true, why: "scratch org" },
    { hosts: ["*.develop.my.salesforce.com"], kind: "my-domain", sandbox: false, why: "Developer Edition: acme-dev-ed.develop.my.salesforce.com" },
    { hosts: ["*.trailblaze.my.salesforce.com"], kind: "my-domain", sandbox: false, why: "Trailhead Playground" },
    { hosts: ["*.demo.my.salesforce.com", "*.free.my.salesforce.com", "*.patch.my.salesforce.com"], kind: "my-domain", sandbox: false, why: "demo, free and patch orgs" },
    { hosts: ["*.pc-rnd.my.salesforce.com", "*.my.pc-rnd.salesforce.com"], kind: "my-domain", sandbox: false, why: "Salesforce's own test orgs" },
    { hosts: ["*--*.my.salesforce.com", "*--*.my.salesforce.mil", "*--*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true, why: "old-style sandbox: a My Domain name itself has no double hyphen" },
    { hosts: ["*.cs#.my.salesforce.com"], kind: "my-domain", sandbox: true, why: "old style with its instance: cs are the sandbox instances" },
    { hosts: ["*.my.salesforce.com", "*.my.salesforce.mil", "*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: false, why: "production, and old-style Developer Edition" },
    { hosts: ["*.cloudforce.com"], kind: "my-domain", sandbox: false, why: "My Domain of the first years" },
    // Experience Cloud and Salesforce Sites: the path belongs to the address.
    { hosts: ["*.sandbox.my.site.com", "*.scratch.my.site.com", "*--*.my.site.com", "*.sandbox.my.salesforce-sites.com", "*.scratch.my.salesforce-sites.com"], kind: "site", sandbox: true, why: "site of a sandbox or scratch org" },
    { hosts: ["*.my.site.com", "*.my.pc-rnd.site.com", "*.my.salesforce-sites.com"], kind: "site", sandbox: false, why: "site" },
    { hosts: ["*.cs#.force.com"], kind: "site", sandbox: true, why: "old-style site of a sandbox" },
    { hosts: ["*.force.com", "*.crmforce.mil", "*.sfcrmapps.cn"], kind: "site", sandbox: undefined, why: "old-style, military and Chinese sites, *.secure.force.com included" },
    // Instances, and what else is surely Salesforce's.
    { hosts: ["cs#.salesforce.com"], kind: "instance", sandbox: true, why: "sandbox instance" },
    { hosts: ["na#.salesforce.com", "eu#.salesforce.com", "ap#.salesforce.com", "um#.salesforce.com"], kind: "instance", sandbox: false, why: "production instance" },
    { hosts: ["*.salesforce.com", "*.salesforce.mil", "*.sfcrmproducts.cn"], kind: "instance", sandbox: undefined, why: "instance of another naming" },
    { hosts: ["*"], kind: "custom-domain", sandbox: undefined, why: "a company's own domain of a site, or a typo that nobody can know" },
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
function matchHost(pattern, hostname) {
  // Most patterns fail at their plain end, and that is far cheaper to see than a hundred regular expressions are to make.
  const plainEnd = pattern.slice(pattern.search(/[^*#]*$/));
  if (!hostname.endsWith(plainEnd)) return null;
  const expression = pattern.replaceAll(".", "\\.").replaceAll("*", "(.+)").replaceAll("#", "\\d+");
  return new RegExp(`^${expression}$`).exec(hostname);
}

;// CONCATENATED MODULE: ./src/login-url.js


/** The documented audiences: Salesforce help, OAuth 2.0 JWT Bearer Flow. */
const PRODUCTION_AUDIENCE = "https://login.salesforce.com";
const SANDBOX_AUDIENCE = "https://test.salesforce.com";
/**
 * Where browsers end up below a site: its login page, its Lightning pages (`/s/…`, Experience Cloud) and its
 * services (`/services/oauth2/token`). None of them belongs to the site's own path.
 */
const SITE_PAGES = /(\/login)*(\/(s|services)(\/.*)?)?$/;
/** White space, a backslash, or a control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const NO_ADDRESS = /[\s\\\u0000-\u001f\u007f-\u009f]/;
const HOST_NAME = /^[a-z\d_-]{1,63}(\.[a-z\d_-]{1,63})*$/;
const IP_ADDRESS = /^(\[.*\]|[\d.]*\d)$/;
const LONGEST_URL = 2048;
/**
 * Reads a login URL as people type it or copy it from the address bar, with or without `https://`.
 *
 * @param text the input as given
 * @returns where to ask; reading its `url` again gives the same
 * @throws Failure with a code of {@link LOGIN_URL_PROBLEMS}
 */
function parseLoginUrl(text) {
  const given = readUrl(text.trim());
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
 * @param text the input as given
 * @param loginUrl where the assertion will go
 * @returns the `aud` claim, and a warning where it names another host than a login URL that isn't Salesforce's
 * @throws Failure with a code of {@link AUDIENCE_PROBLEMS}
 */
function checkAudience(text, loginUrl) {
  const audience = text.trim();
  const url = /^https:\/\/./.test(audience) && !NO_ADDRESS.test(audience) ? URL.parse(audience) : null;
  if (url !== null && hasUserInfo(audience)) throw audienceFailure("audience-user-info");
  if (url === null || !HOST_NAME.test(url.hostname)) throw audienceFailure("audience-not-https-url");
  if (loginUrl.isSalesforce || url.hostname === new URL(loginUrl.url).hostname) return { audience, warning: undefined };
  const warning =
    `audience names ${url.hostname}, but login_url is ${loginUrl.host}, which is not a Salesforce host: whoever runs it ` +
    "gets an assertion that another host may accept for as long as it is valid (3 minutes). " +
    "Leave audience out unless you trust that host with your org.";
  return { audience, warning };
}
function readUrl(text) {
  refuseUnusable(text);
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "http") throw loginUrlFailure("login-url-not-https");
  if (scheme !== undefined && scheme !== "https") throw loginUrlFailure("login-url-scheme");
  const address = text.replace(/^(https:\/\/)?\/*/i, "");
  if (/^[^/?#:@]+@[^/?#:@]+$/.test(address) && scheme === undefined) throw loginUrlFailure("login-url-username");
  if (hasUserInfo(address)) throw loginUrlFailure("login-url-user-info");
  const url = URL.parse(`https://${address}`);
  if (url === null) throw loginUrlFailure("login-url-unreadable");
  // A copy, because setting URL.hostname can abort the whole process on Node 24.4.0.
  const hostname = url.hostname.replace(/\.$/, "");
  refuseHost(hostname);
  return { hostname, port: url.port, pathname: url.pathname };
}
function refuseUnusable(text) {
  if (text === "") throw loginUrlFailure("login-url-blank");
  if (/\$\{|\{\{|^\$/.test(text)) throw loginUrlFailure("login-url-placeholder");
  if (NO_ADDRESS.test(text)) throw loginUrlFailure("login-url-characters");
  if (text.length > LONGEST_URL) throw loginUrlFailure("login-url-unreadable");
}
/** An `@` before the path; URL itself forgets a user info that is empty. */
function hasUserInfo(address) {
  return /^(https:)?\/*[^/?#]*@/i.test(address);
}
function refuseHost(hostname) {
  if (IP_ADDRESS.test(hostname)) throw loginUrlFailure("login-url-ip-address");
  // Node 24.4.0 turns some invalid international names into host names that it then refuses to read itself.
  const isStable = URL.parse(`https://${hostname}`)?.hostname === hostname;
  if (!HOST_NAME.test(hostname) || !isStable) throw loginUrlFailure("login-url-unreadable");
  if (hostname.includes(".")) return;
  throw loginUrlFailure("login-url-incomplete", { hint: hintForBareWord(hostname) });
}
function findLoginHost(hostname) {
  const { rule, login } = findHostRule(hostname);
  const hint = login && `Use https://${login}`;
  switch (rule.kind) {
    case "page":
      return findLoginHost(login ?? hostname);
    case "misspelt":
      throw loginUrlFailure("login-url-misspelt", { message: `${hostname} ${rule.why}`, hint });
    case "no-login":
      throw loginUrlFailure("login-url-no-login-host", { message: `${hostname} ${rule.why}`, hint });
    default:
      return { rule, hostname };
  }
}
function sitePath(pathname) {
  return pathname.replace(/\/+/g, "/").replace(/\/$/, "").replace(SITE_PAGES, "");
}

// EXTERNAL MODULE: ./src/org-id.js
var org_id = __nccwpck_require__(268);
;// CONCATENATED MODULE: external "node:buffer"
const external_node_buffer_namespaceObject = require("node:buffer");
;// CONCATENATED MODULE: ./src/key-text.js

const asciiCharacter = (_, hex) => String.fromCharCode(Number.parseInt(hex, 16));
/** What the ways to a secret add to a key, in the order in which it is taken off, and what stands there instead. */
const ADDED = [
  // White space, quotes, `+`, `/`, `-` and `=` as JSON encoders, URLs and the runner's old commands write them.
  [/(?:\\u00|%)(0[AD]|2[0267BDF]|3D)/gi, asciiCharacter],
  [/\\[nrt]/g, ""],
  // White space and control characters of ASCII; `>` marks a quoted mail.
  [/[^!-~\u0080-\uffff]|[\\>"'`]/g, ""],
];
/** What word processors and editors add besides. Compiled when needed: V8 is slow at Unicode's classes, and most keys are plain ASCII. */
const ADDED_BEYOND_ASCII = [
  // Hyphens become dashes and minus signs.
  ["\\p{Pd}|\\u2212", "-"],
  // \p{C}: byte order marks, zero-width characters.
  ["[\\s\\p{C}“”„‘’«»]", ""],
];
const LABEL = "(?:RSA|EC|DSA|ENCRYPTED|ANY)?";
/** A BEGIN line without its white space, and what follows up to the END line, if there is one before the next BEGIN. */
const BLOCK = new RegExp(
  `BEGIN(${LABEL})PRIVATEKEY(.*?)(?:(END)${LABEL}PRIVATEKEY|(?=BEGIN${LABEL}PRIVATEKEY)|$)`,
  "g",
);
const ARMOR = /BEGIN[A-Z0-9]{0,30}(?:KEY|CERT)|PRIVATEKEY/;
/** Both alphabets of RFC 4648, with or without padding, and no shorter than a key can be. */
const BASE64 = /^[\w+/-]{60,}=*$/;
/** Headers of an encrypted key (RFC 1421 §4.6): the cipher, then its initialisation vector in hex, then the key itself. */
const CIPHER = /DEK-Info:([\w-]{1,32}),(.*)/i;
const CIPHER_OF_16_BYTES = /^(?:AES|ARIA|CAMELLIA|SEED)/i;
/**
 * The bytes of a key file as text: UTF-8 or UTF-16 (what PowerShell's `>` writes) without the byte order mark, or the
 * base64 of a binary file.
 */
function decodeKeyFile(bytes) {
  const encoding = encodingOf(bytes);
  return encoding === undefined ? bytes.toString("base64") : new TextDecoder(encoding).decode(bytes);
}
/** A PEM file has ASCII at its start, so the place of a NUL tells UTF-16 even without a byte order mark. */
function encodingOf(bytes) {
  const start = bytes.toString("hex", 0, 2);
  if (start === "fffe" || start.endsWith("00")) return "utf-16le";
  if (start === "feff" || start.startsWith("00")) return "utf-16be";
  if ((0,external_node_buffer_namespaceObject.isUtf8)(bytes)) return "utf-8";
  return bytes.includes("-----BEGIN ") ? "latin1" : undefined;
}
/**
 * Takes off everything that the ways to a secret add to a key: white space, quotes, escapes, and base64 as often as
 * it was put on.
 *
 * @param mask is given every text that comes out of base64
 * @returns the text after each step, at least one; the last is PEM or the base64 of DER if a key is in it
 */
function unwrap(text, mask) {
  const ascii = ADDED.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
  const compact = /^[!-~]*$/.test(ascii) ? ascii : withoutUnicode(ascii);
  if (!BASE64.test(compact) || ARMOR.test(compact)) return [compact];
  const bytes = Buffer.from(compact, "base64");
  const inner = decodeKeyFile(bytes);
  if (inner === bytes.toString("base64")) return [compact, inner];
  mask(inner);
  return [compact, ...unwrap(inner, mask)];
}
function withoutUnicode(text) {
  return ADDED_BEYOND_ASCII.reduce(
    (rest, [pattern, instead]) => rest.replace(new RegExp(pattern, "gu"), instead),
    text,
  );
}
/**
 * Finds the private keys in a text, without reading them.
 *
 * @param compact what {@link unwrap} gave last
 */
function findKeyBlocks(compact) {
  const found = ARMOR.test(compact)
    ? [...compact.matchAll(BLOCK)].map(([, label = "", body = "", end]) => end && keyBlock(label, body))
    : [keyBlock("", compact)];
  return found.filter((block) => typeof block === "object");
}
function keyBlock(label, content) {
  const [, cipher, encrypted = content] = CIPHER.exec(content) ?? [];
  const ivLength = cipher === undefined ? 0 : CIPHER_OF_16_BYTES.test(cipher) ? 16 : 8;
  const body = encrypted.slice(2 * ivLength).replaceAll("-", "");
  if (!BASE64.test(body)) return undefined;
  const der = Buffer.from(body, "base64");
  const lines = (der.toString("base64").match(/.{1,64}/g) ?? []).join("\n");
  if (cipher === undefined) return { der, lines, encryptedPem: undefined };
  // A cipher that chains blocks gives whole blocks; anything else was cut.
  if (der.length % ivLength !== 0) return undefined;
  const headers = `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${cipher},${encrypted.slice(0, 2 * ivLength)}`;
  const type = `${/^(?:EC|DSA)$/.test(label) ? label : "RSA"} PRIVATE KEY`;
  return { der, lines, encryptedPem: `-----BEGIN ${type}-----\n${headers}\n\n${lines}\n-----END ${type}-----\n` };
}

;// CONCATENATED MODULE: ./src/private-key-problems.js


const STORE = "Store the whole file of the private key: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const THEN_STORE = "Then store the new file: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const PRIVATE_FILE =
  "The private key is the file that openssl wrote with -keyout. Its first line says BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY.";
const MAKE_PAIR = `Make a new pair: ${KEY_PAIR_COMMAND}`;
const LOST = `If the private key is lost, make a new pair and upload its salesforce.crt to your app: ${KEY_PAIR_COMMAND}`;
const UPLOAD = `Upload the new salesforce.crt: ${UPLOAD_PATH}.`;
/** Every reason to refuse a private key, by its failure code. No message holds a part of the key. */
const PRIVATE_KEY_PROBLEMS = {
  "private-key-empty": {
    message: "it is empty: there is nothing but white space in it",
    steps: [
      "If a step writes the file from a secret, check the secret's name: one that doesn't exist is silently blank.",
      STORE,
    ],
  },
  "private-key-too-large": {
    message: "it is larger than 64 KiB, and no RSA key is",
    steps: ["Give the key alone, without the other files of its folder or archive.", STORE],
  },
  "private-key-is-public": {
    message: "this is a public key, and an assertion is signed with the private one",
    steps: [PRIVATE_FILE, STORE, LOST],
  },
  "private-key-is-certificate": {
    message: "this is a certificate, and an assertion is signed with the private key that belongs to it",
    steps: [PRIVATE_FILE, STORE, "The certificate itself may be given as the input certificate.", LOST],
  },
  "private-key-is-certificate-request": {
    message:
      "this is a certificate signing request, and an assertion is signed with the private key that it was made with",
    steps: [PRIVATE_FILE, STORE, LOST],
  },
  "private-key-is-openssh": {
    message: "this is a key in OpenSSH's own format, and a PEM file is needed",
    steps: [
      "Convert the file, which is overwritten (press Enter for no passphrase): ssh-keygen -p -m PEM -f salesforce.key",
      THEN_STORE,
      `If its first line still says BEGIN OPENSSH PRIVATE KEY, it is no RSA key. Make a new pair and upload its salesforce.crt to your app: ${KEY_PAIR_COMMAND}`,
    ],
  },
  "private-key-is-putty": {
    message: "this is a key in PuTTY's own format (.ppk), and a PEM file is needed",
    steps: ["Convert the file: puttygen salesforce.ppk -O private-openssh -o salesforce.key", THEN_STORE],
  },
  "private-key-is-keystore": {
    message: "this is a keystore (PKCS#12 or JKS), and the key has to be taken out of it",
    steps: [
      "A JKS file, such as Export to Keystore in Salesforce gives, becomes PKCS#12 first: keytool -importkeystore -srckeystore keystore.jks -destkeystore keystore.p12 -deststoretype PKCS12",
      "From a PKCS#12 file (.p12, .pfx): openssl pkcs12 -in keystore.p12 -nocerts -nodes -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-is-json": {
    message: "this is JSON without a PEM key in it, such as a JWK, and a PEM file is needed",
    steps: [
      `Convert a JWK: node -p "require('crypto').createPrivateKey({key:JSON.parse(require('fs').readFileSync('key.json')),format:'jwk'}).export({type:'pkcs8',format:'pem'})" > salesforce.key`,
      THEN_STORE,
    ],
  },
  "private-key-is-masked": {
    message: "this is ***, which GitHub's log shows in place of a secret",
    steps: ["Copy the key from its file, not from a log.", STORE],
  },
  "private-key-is-placeholder": {
    message: "this is the name of a secret or variable, and nothing has put its value there",
    steps: [
      "In the step itself, write private_key: ${{ secrets.SALESFORCE_PRIVATE_KEY }} (shell variables are not replaced under with:).",
      "If the step has that already, the secret's own value is wrong. Store the file's text, not a name: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
    ],
  },
  "private-key-is-file-path": {
    message: "this is the path or address of a file, and not the key that is in the file",
    steps: ["If the file is on the runner, give its path as private_key_file instead.", STORE],
  },
  "private-key-not-rsa": {
    message: "this is no RSA key (its type is {detail}), and Salesforce accepts RSA keys only",
    steps: [MAKE_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-too-short": {
    message: "this RSA key has {detail} bits, and RS256 takes 2048 or more",
    steps: [MAKE_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-needs-passphrase": {
    message: "the key is encrypted, and private_key_passphrase is blank or not set",
    steps: [
      "Store the passphrase (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "Add to the step: private_key_passphrase: ${{ secrets.SALESFORCE_PRIVATE_KEY_PASSPHRASE }}",
      "Or decrypt the key, as GitHub keeps secrets encrypted anyway: openssl pkey -in encrypted.key -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-wrong-passphrase": {
    message: "private_key_passphrase does not open this key",
    steps: [
      "Try it on the file (openssl asks for it): openssl pkey -in salesforce.key -noout",
      "If it opens the file, store it once more, without quotes (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "And store the same file once more, in case the key was damaged: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
    ],
  },
  "private-key-passphrase-too-long": {
    message: "private_key_passphrase is longer than 1024 bytes, and OpenSSL reads no more",
    steps: [
      "Check that it is the passphrase, and not a key or another file.",
      "Give the key another one: openssl pkey -in encrypted.key -aes256 -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-encryption-unsupported": {
    message: "the key is encrypted in a way that Node.js can't read, such as the old RC2 or single DES",
    steps: [
      "Encrypt it anew: openssl pkey -provider legacy -provider default -in encrypted.key -aes256 -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-truncated": {
    message: "this is a private key, but a part of it is missing or damaged",
    steps: [
      "Check the file: openssl pkey -in salesforce.key -noout -check",
      "If it is valid, store the whole file, from the BEGIN line to the END line: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
      LOST,
    ],
  },
  "private-key-unrecognised": {
    message: "no private key can be recognised in it",
    steps: [
      "Wanted is the text of an RSA private key: a PEM file, or its base64.",
      "See what the file is: head -n 1 salesforce.key should print BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY between dashes.",
      STORE,
    ],
  },
};
/**
 * The failure of a private key.
 *
 * @param detail what stands for `{detail}` in the message; never a part of the key
 */
function privateKeyFailure(code, detail = "") {
  const { message, steps } = PRIVATE_KEY_PROBLEMS[code];
  return new failure.Failure({ code, message: message.replace("{detail}", detail), steps });
}

;// CONCATENATED MODULE: ./src/private-key.js




/** A key of 16,384 bits is 13 KB of PEM, and 23 KB when it is put into base64 twice. */
const LONGEST_TEXT = 64 * 1024;
/** OpenSSL's PEM_BUFSIZE. */
const LONGEST_PASSPHRASE = 1024;
/** RFC 7518 §3.3. */
const FEWEST_BITS = 2048;
/** Node's codes of OpenSSL errors for a cipher that doesn't exist or is switched off. */
const UNSUPPORTED_CIPHER = /^ERR_OSSL_(?:EVP|PEM)_UNSUPPORTED/;
/**
 * What people give in place of a private key, by what its text looks like without white space, quotes and escapes.
 * First match wins.
 */
const MISTAKES = [
  ["private-key-empty", /^$/],
  ["private-key-truncated", /(?:BEGIN|END)(?:RSA|EC|DSA|ENCRYPTED|ANY)?PRIVATEKEY/],
  ["private-key-is-openssh", /BEGINOPENSSHPRIVATEKEY|^b3BlbnNzaC1rZXktdjE/],
  ["private-key-is-putty", /^PuTTY-User-Key-File/],
  ["private-key-is-certificate-request", /BEGIN(?:NEW)?CERTIFICATEREQUEST/],
  ["private-key-is-certificate", /BEGIN(?:X509|TRUSTED)?CERTIFICATE|BEGINPKCS7/],
  ["private-key-is-public", /BEGIN(?:RSA|EC|DSA|SSH2)?PUBLICKEY|^(?:ssh|ecdsa)-|^AAAA[A-Z]3NzaC/],
  // Base64 of how JKS (FE ED FE ED), JCEKS (CE CE CE CE) and PKCS#12 (RFC 7292 §4: a sequence that begins with version 3) start.
  ["private-key-is-keystore", /^(?:\/u3\+7Q|zs7Ozg|MI[A-P]...IBAzC|MIACAQMw)/],
  ["private-key-is-masked", /^\*+$/],
  ["private-key-is-placeholder", /^\$|\$\{\{|^\{\{|^%\w+%$|^<.{1,60}$|^(?:secrets|vars|env|inputs|steps|needs)\./],
  ["private-key-is-json", /^[{[]/],
  [
    "private-key-is-file-path",
    /^(?=.{1,300}$)(?:[~@/]|\.\.?\/|[A-Za-z]:|(?:file|https?):|.*\.(?:key|pem|der|p8|p12|pfx|jks|ppk|crt|cer|csr|txt)$)/i,
  ],
  ["private-key-is-file-path", /^(?=.{1,59}$)[\w.-]+\/[\w./-]+$/],
  ["private-key-is-public", { test: private_key_isPublicKey }],
  ["private-key-is-certificate", { test: isCertificate }],
  // How DER of such a length and a PEM file start in base64.
  ["private-key-truncated", /^(?:MI[A-P].{60}|LS0tLS1CRUdJ|Proc-Type:)/],
];
/**
 * Reads a private key as people paste it: PKCS#1 or PKCS#8, encrypted or not, as PEM, as base64 of PEM or of DER, in
 * whatever shape it came through a secret. Of several keys, the first that can be used.
 *
 * @param mask is given every other form of the key that comes into being, before anything can fail on it; what a
 *   passphrase opens is never printed
 * @returns an RSA key of at least 2048 bits that signs
 * @throws Failure with a code of `PRIVATE_KEY_PROBLEMS`, and never with a part of the key
 */
function readPrivateKey(args) {
  const { text, passphrase, mask } = args;
  if (text.length > LONGEST_TEXT) throw privateKeyFailure("private-key-too-large");
  const layers = unwrap(text, mask);
  const blocks = findKeyBlocks(layers.at(-1));
  for (const { lines } of blocks) {
    mask(lines);
    mask(lines.replaceAll("\n", ""));
  }
  let refused;
  for (const block of blocks) {
    const outcome = readBlock(block, passphrase);
    if (outcome instanceof external_node_crypto_namespaceObject.KeyObject) return outcome;
    refused ??= outcome;
  }
  throw refused ?? mistake(layers);
}
/** Gives the key or why it can't be used; nothing where the block is no key at all. */
function readBlock({ der, encryptedPem }, passphrase) {
  const opened =
    encryptedPem === undefined
      ? openDer(der, passphrase)
      : decrypt((secret) => (0,external_node_crypto_namespaceObject.createPrivateKey)({ key: encryptedPem, passphrase: secret }), passphrase);
  return opened instanceof external_node_crypto_namespaceObject.KeyObject ? (unfit(opened) ?? opened) : opened;
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
  if (passphrase === undefined) return privateKeyFailure("private-key-needs-passphrase");
  // A secret that was set from a file or by echo ends with the line end of the file.
  const candidates = new Set([passphrase, passphrase.replace(/\r?\n$|\r$/, "")]);
  let problem = "private-key-passphrase-too-long";
  for (const candidate of candidates) {
    if (Buffer.byteLength(candidate) > LONGEST_PASSPHRASE) continue;
    try {
      return open(candidate);
    } catch (error) {
      const isUnsupported = UNSUPPORTED_CIPHER.test(codeOf(error));
      problem = isUnsupported ? "private-key-encryption-unsupported" : "private-key-wrong-passphrase";
    }
  }
  return privateKeyFailure(problem);
}
function unfit(key) {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details } = key;
  if (type !== "rsa") return privateKeyFailure("private-key-not-rsa", type);
  const bits = details?.modulusLength ?? 0;
  if (bits < FEWEST_BITS) return privateKeyFailure("private-key-too-short", String(bits));
  return agrees(key) || signs(key) ? undefined : privateKeyFailure("private-key-truncated");
}
/**
 * Whether a key's numbers belong together (RFC 8017 §3.2), which takes a fraction of a signature's time. Where they don't,
 * the key may sign all the same, as OpenSSL makes up for some of them. The numbers are written out for this, and go nowhere.
 */
function agrees(key) {
  return succeeds(() => {
    const { n, e, d, p, q } = key.export({ format: "jwk" });
    const exponents = integer(e) * integer(d);
    return integer(p) * integer(q) === integer(n) && [p, q].every((prime) => exponents % (integer(prime) - 1n) === 1n);
  });
}
function integer(base64url = "") {
  return BigInt(`0x${Buffer.from(base64url, "base64url").toString("hex")}`);
}
/** A changed character can leave a key that OpenSSL reads, but whose numbers don't belong together. */
function signs(key) {
  const probe = Buffer.from("probe");
  return succeeds(() => (0,external_node_crypto_namespaceObject.verify)("sha256", probe, (0,external_node_crypto_namespaceObject.createPublicKey)(key), (0,external_node_crypto_namespaceObject.sign)("sha256", probe, key)));
}
function mistake(layers) {
  const [code] = MISTAKES.find(([, looks]) => layers.some((text) => looks.test(text))) ?? ["private-key-unrecognised"];
  return privateKeyFailure(code);
}
function private_key_isPublicKey(base64) {
  const key = Buffer.from(base64, "base64");
  return ["spki", "pkcs1"].some((type) =>
    succeeds(() => (0,external_node_crypto_namespaceObject.createPublicKey)({ key, format: "der", type }).type === "public"),
  );
}
function isCertificate(base64) {
  return succeeds(() => new external_node_crypto_namespaceObject.X509Certificate(Buffer.from(base64, "base64")).subject !== undefined);
}
function succeeds(attempt) {
  try {
    return attempt();
  } catch {
    return false;
  }
}
function codeOf(error) {
  return String(error.code);
}

;// CONCATENATED MODULE: ./src/inputs.js






/** Every input with the value that counts when it isn't passed, as in `action.yml`. */
const INPUT_DEFAULTS = {
  consumer_key: "",
  username: "",
  private_key: "",
  private_key_file: "",
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
/** All inputs that can't be used, found in one go so that one run of the workflow is enough to learn of them. */
class InputsFailure extends failure.Failure {
  problems;
  constructor(problems) {
    const count = problems.length === 1 ? "one input needs a change" : `${problems.length} inputs need a change`;
    super({ code: "inputs", message: `Salesforce was not asked: ${count}.` });
    this.problems = problems;
  }
}
/**
 * Takes the inputs out of the step's environment (`INPUT_…`, as GitHub's runner passes them).
 *
 * @param env the step's environment
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
/** A key in an input that is not for keys: its armor, plain or as base64 begins with it. */
const PRIVATE_KEY = /PRIVATE KEY|LS0tLS1CRUdJTiB(?:QUklW|SU0E|FTkNS)/;
/** The inputs that must be hidden before anything else is printed. */
function secretsOfInputs(raw) {
  const misplaced = [raw.private_key_file, raw.certificate].filter((text) => PRIVATE_KEY.test(text));
  return [raw.private_key, raw.private_key_passphrase, ...misplaced].filter((secret) => secret !== "");
}
/** Whether a job summary is wanted, also where other inputs can't be used. */
function wantsSummary(raw) {
  return raw.write_job_summary.trim().toLowerCase() === "true";
}
/**
 * Checks and reads all inputs.
 *
 * @throws InputsFailure with every problem there is
 */
function readInputs(raw, sources) {
  const problems = [];
  const take = (input, read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof failure.Failure)) throw error;
      problems.push({ input, failure: error });
      return undefined;
    }
  };
  const read = (input, parse) => take(input, () => parse(raw[input]));
  const readOptional = (input, parse) => (raw[input] === "" ? undefined : read(input, parse));
  const consumerKey = read("consumer_key", parseConsumerKey);
  const username = read("username", parseUsername);
  const privateKey = take(keyInput(raw), () => readKey(raw, sources));
  const loginUrl = read("login_url", parseLoginUrl);
  // Checked beside the default where login_url can't be used, so that this problem is told as well.
  const chosen = readOptional("audience", (text) =>
    checkAudience(text, loginUrl ?? parseLoginUrl(INPUT_DEFAULTS.login_url)),
  );
  const certificate = readOptional("certificate", readCertificate);
  if (certificate && privateKey) take("certificate", () => checkPair({ certificate, privateKey }));
  const warningDays = read("certificate_warning_days", (text) => parseWholeNumber(text, { from: 0, to: 3650 }));
  const expectedOrgId = readOptional("expected_org_id", org_id.parseOrgId);
  const exportEnvironmentVariables = read("export_environment_variables", parseBoolean);
  const revokeToken = read("revoke_token", parseBoolean);
  const writeJobSummary = read("write_job_summary", parseBoolean);
  const timeoutSeconds = read("timeout_seconds", (text) => parseWholeNumber(text, { from: 1, to: 600 }));
  if (problems.length > 0) throw new InputsFailure(problems);
  return Object.freeze({
    consumerKey,
    username,
    privateKey,
    loginUrl,
    audience: chosen?.audience ?? loginUrl?.audience,
    fallbackAudience: chosen ? undefined : loginUrl?.fallbackAudience,
    certificate,
    expectedOrgId,
    exportEnvironmentVariables,
    revokeToken,
    writeJobSummary,
    timeoutSeconds,
    warnings: [
      chosen?.warning,
      certificate && certificateWarning({ certificate, now: sources.now, warningDays: warningDays ?? 0 }),
    ].filter((warning) => warning !== undefined),
  });
}
function keyInput(raw) {
  return raw.private_key === "" && raw.private_key_file !== "" ? "private_key_file" : "private_key";
}
function readKey(raw, { readFile, mask }) {
  if (raw.private_key !== "" && raw.private_key_file !== "") {
    throw new failure.Failure({
      code: "private-key-given-twice",
      message: "private_key and private_key_file are both set, and only one can be the key",
      steps: ["Remove one of the two from the step."],
    });
  }
  if (raw.private_key === "" && raw.private_key_file === "")
    throw blank("private_key and private_key_file are both blank");
  const passphrase = raw.private_key_passphrase || undefined;
  if (raw.private_key !== "") return readPrivateKey({ text: raw.private_key, passphrase, mask });
  if (PRIVATE_KEY.test(raw.private_key_file)) {
    throw new failure.Failure({
      code: "private-key-file-is-a-key",
      message: "it is a key, and should be the path of a file with the key in it",
      steps: ["Pass the key as private_key instead."],
    });
  }
  const text = decodeKeyFile(readFile(raw.private_key_file));
  mask(text);
  return readPrivateKey({ text, passphrase, mask });
}


/***/ }),

/***/ 268:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   parseOrgId: () => parseOrgId,
/* harmony export */   sameId: () => sameId,
/* harmony export */   toLongId: () => toLongId
/* harmony export */ });
/* unused harmony export ORG_ID_PROBLEMS */
/* harmony import */ var failure_js = __nccwpck_require__(388);
// MODULE: ./src/org-id.js

/** Every reason to refuse an id, by its failure code. */
const ORG_ID_PROBLEMS = {
  "org-id-malformed": { message: "this is not a Salesforce id: one has 15 or 18 letters and digits" },
  "org-id-prefix": { message: "this is not an org id: one begins with 00D, with a capital D" },
  "org-id-checksum": {
    message: "this id has a wrong check sum: a character, or the case of a letter, was changed on its way here",
  },
};
const COPY_ORG_ID = "Copy it again: Setup → Company Information → Salesforce.com Organization ID.";
const ID = /^[A-Za-z\d]{15}([A-Za-z\d]{3})?$/;
const CHECKSUM_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
/**
 * The 18-character form of a Salesforce id, which stays unique where case is ignored.
 *
 * @param id 15 characters, or 18 with their check sum
 * @throws Failure `org-id-malformed` or `org-id-checksum`
 */
function toLongId(id) {
  if (!ID.test(id)) throw orgIdFailure("org-id-malformed");
  const shortId = id.slice(0, 15);
  const longId = shortId + checksum(shortId);
  if (id.length === 18 && id !== longId) throw orgIdFailure("org-id-checksum");
  return longId;
}
/**
 * Reads an org id as a user gives it.
 *
 * @param text 15 or 18 characters
 * @returns 18 characters
 * @throws Failure with a code of {@link ORG_ID_PROBLEMS}
 */
function parseOrgId(text) {
  const id = text.trim();
  if (!ID.test(id)) throw orgIdFailure("org-id-malformed");
  // Key prefixes: Salesforce help, "Standard Field Record ID Prefix Decoder".
  if (!id.startsWith("00D")) throw orgIdFailure("org-id-prefix");
  return toLongId(id);
}
/** Whether both are ids of one record, in whichever length. What isn't an id is the same as nothing. */
function sameId(a, b) {
  return ID.test(a) && ID.test(b) && a.slice(0, 15) === b.slice(0, 15);
}
/** Each check digit says which of five characters are upper case, the first one in the lowest bit. */
function checksum(shortId) {
  const digits = [0, 5, 10].map((start) => {
    const upper = [...shortId.slice(start, start + 5)].map((character) => /[A-Z]/.test(character));
    return CHECKSUM_DIGITS.charAt(upper.reduce((bits, isUpper, index) => bits + (isUpper ? 2 ** index : 0), 0));
  });
  return digits.join("");
}
function orgIdFailure(code) {
  return new failure_js.Failure({ code, ...ORG_ID_PROBLEMS[code], steps: [COPY_ORG_ID] });
}


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
/******/ 	// expose the modules object (__webpack_modules__)
/******/ 	__nccwpck_require__.m = __webpack_modules__;
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
/******/ 	/* webpack/runtime/ensure chunk */
/******/ 	(() => {
/******/ 		__nccwpck_require__.f = {};
/******/ 		// This file contains only the entry chunk.
/******/ 		// The chunk loading function for additional chunks
/******/ 		__nccwpck_require__.e = (chunkId) => {
/******/ 			return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 				__nccwpck_require__.f[key](chunkId, promises);
/******/ 				return promises;
/******/ 			}, []));
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/get javascript chunk filename */
/******/ 	(() => {
/******/ 		// This function allow to reference async chunks
/******/ 		__nccwpck_require__.u = (chunkId) => {
/******/ 			// return url for filenames based on template
/******/ 			return chunkId + ".js";
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
/******/ 	/* webpack/runtime/require chunk loading */
/******/ 	(() => {
/******/ 		// no baseURI
/******/ 		
/******/ 		// object to store loaded chunks
/******/ 		// "1" means "loaded", otherwise not loaded yet
/******/ 		var installedChunks = {
/******/ 			792: 1
/******/ 		};
/******/ 		
/******/ 		// no on chunks loaded
/******/ 		
/******/ 		var installChunk = (chunk) => {
/******/ 			var moreModules = chunk.modules, chunkIds = chunk.ids, runtime = chunk.runtime;
/******/ 			for(var moduleId in moreModules) {
/******/ 				if(__nccwpck_require__.o(moreModules, moduleId)) {
/******/ 					__nccwpck_require__.m[moduleId] = moreModules[moduleId];
/******/ 				}
/******/ 			}
/******/ 			if(runtime) runtime(__nccwpck_require__);
/******/ 			for(var i = 0; i < chunkIds.length; i++)
/******/ 				installedChunks[chunkIds[i]] = 1;
/******/ 		
/******/ 		};
/******/ 		
/******/ 		// require() chunk loading for javascript
/******/ 		__nccwpck_require__.f.require = (chunkId, promises) => {
/******/ 			// "1" is the signal for "already loaded"
/******/ 			if(!installedChunks[chunkId]) {
/******/ 				if(true) { // all chunks have JS
/******/ 					installChunk(require("./" + __nccwpck_require__.u(chunkId)));
/******/ 				} else installedChunks[chunkId] = 1;
/******/ 			}
/******/ 		};
/******/ 		
/******/ 		// no external install chunk
/******/ 		
/******/ 		// no HMR
/******/ 		
/******/ 		// no HMR manifest
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
  main: () => main,
  post: () => post
});

// EXTERNAL MODULE: ./src/clock.js
var clock = __nccwpck_require__(640);
// EXTERNAL MODULE: ./src/inputs.js + 12 modules
var src_inputs = __nccwpck_require__(670);
;// CONCATENATED MODULE: ./src/job-summary.js
/**
 * The job summary of a login: who, where, until when. Identifiers only, never the token.
 *
 * @returns Markdown
 */
function loginSummary(username, token, certificateExpiresAt) {
  const rows = [
    ["User", username],
    ["Instance", token.instanceUrl],
    ["Org", token.orgId],
    ["Token until", token.expiresAt || "the session policy of the org ends it"],
    ["Certificate until", certificateExpiresAt],
  ];
  const lines = rows
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `<tr><th>${name}</th><td>${asText(value)}</td></tr>`);
  return `### Salesforce login\n\n<table>${lines.join("")}</table>\n`;
}
/**
 * The job summary of a failed login: the error annotation's message as it stands.
 *
 * @param message holds words of a server, so it is shown as text and can't become markup
 * @returns Markdown
 */
function failureSummary(message) {
  return `### Salesforce login failed\n\n<pre>${asText(message).replaceAll("\n", "<br>")}</pre>\n`;
}
function asText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

;// CONCATENATED MODULE: ./src/kept-token.js
/** What the end of the job needs to know of its beginning: names of the runner's state. */
const STATE = { accessToken: "revoke_access_token", instanceUrl: "revoke_instance_url" };
/** Keeps a token for the end of the job. The runner hands state to this action's post step alone. */
function keepForRevocation({ accessToken, instanceUrl }, workflow) {
  workflow.saveState(STATE.accessToken, accessToken);
  workflow.saveState(STATE.instanceUrl, instanceUrl);
}
/**
 * The token that was kept, if any.
 *
 * @param env the post step's environment
 */
function keptForRevocation(env) {
  const accessToken = env[`STATE_${STATE.accessToken}`];
  const instanceUrl = env[`STATE_${STATE.instanceUrl}`];
  return accessToken && instanceUrl ? { accessToken, instanceUrl } : undefined;
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = require("node:fs");
// EXTERNAL MODULE: ./src/failure.js
var failure = __nccwpck_require__(388);
;// CONCATENATED MODULE: ./src/key-file.js


/** A key of 16,384 bits fills 13 KB; certificates that stand with it add a few. */
const LARGEST_FILE = 64 * 1024;
/** Why a file can't be read, by the operating system's code, and what to do. */
const REASONS = {
  ENOENT: [
    "there is no such file",
    "Check the path (it starts at the workspace), and that an earlier step checks out or writes the file.",
  ],
  ENOTDIR: ["there is no such file", "Check the path: a part of it is a file, not a folder."],
  EACCES: [
    "the runner's user may not read the file",
    "Let the step that writes the file give it to the runner's user (chmod 600, not sudo).",
  ],
  EPERM: [
    "the runner's user may not read the file",
    "Let the step that writes the file give it to the runner's user (chmod 600, not sudo).",
  ],
};
/**
 * Reads a key file.
 *
 * @param path absolute, or relative to the current folder, which is the workspace in a step
 * @throws Failure `private-key-file-unreadable`; the path is not repeated, as it may be a key that was put into the wrong input
 */
function readKeyFile(path) {
  try {
    const facts = (0,external_node_fs_namespaceObject.statSync)(path);
    if (!facts.isFile()) throw unreadable("it is not a file", "Give the path of the key file itself.");
    if (facts.size > LARGEST_FILE)
      throw unreadable("the file is larger than 64 KiB", "Give the path of the key file itself.");
    return (0,external_node_fs_namespaceObject.readFileSync)(path);
  } catch (error) {
    if (error instanceof failure.Failure) throw error;
    const [message, step] = REASONS[error.code ?? ""] ?? ["the file can't be read", "Check the path."];
    throw unreadable(message, step);
  }
}
function unreadable(message, step) {
  return new failure.Failure({ code: "private-key-file-unreadable", message, steps: [step] });
}

// EXTERNAL MODULE: ./src/org-id.js
var org_id = __nccwpck_require__(268);
;// CONCATENATED MODULE: ./src/access-token.js


/** An opaque token is the org's id of 15 characters, `!`, and the session's part. */
const OPAQUE = /^(00D[A-Za-z0-9]{12})!([A-Za-z0-9._]{16,2000})$/;
const JWT = /^eyJ[\w-]{8,20000}\.[\w-]{8,20000}\.[\w-]{8,4000}$/;
const IDENTITY_PATH = /^\/(?:[\w.-]+\/)*id\/(00D[A-Za-z\d]{12,15})\/(005[A-Za-z\d]{12,15})$/;
/** `scope-token`s of RFC 6749 §3.3, separated by spaces. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const LATEST_TIME_MS = Date.UTC(2200, 0);
/**
 * What must be hidden of a token answer before anything else is done with it: the token, and the part after the `!`,
 * which is as good as the token to whoever knows the org.
 *
 * @param fields of the answer, unchecked
 */
function secretsOf(fields) {
  const token = fields["access_token"];
  if (typeof token !== "string") return [];
  const tail = token.slice(token.indexOf("!") + 1);
  // Hiding a value of a few characters would hide half the log: a broken server's "token" may be no more than that.
  return [token, tail].filter((secret) => secret.trim().length >= 8);
}
/**
 * What a revocation needs of a token answer, even of one that fails the checks.
 *
 * @param fields of the answer, unchecked
 * @param otherwise where to revoke when the answer names no usable instance: the host that granted the token
 * @returns undefined where there is no token
 */
function revocable(fields, otherwise) {
  const { access_token: accessToken, instance_url: instance } = fields;
  if (!isToken(accessToken)) return undefined;
  return { accessToken, instanceUrl: (typeof instance === "string" && httpsOrigin(instance)) || otherwise };
}
/**
 * Checks every field of a token answer that is used.
 *
 * @param fields the JSON object that Salesforce answered with
 * @param fallbackInstanceUrl stands in for a missing `instance_url`: the origin of a My Domain that was asked
 * @throws Failure `token-answer-malformed` with the field's name, never its value
 */
function checkToken(fields, fallbackInstanceUrl) {
  const accessToken = access_token_text(fields, "access_token");
  const opaque = OPAQUE.exec(accessToken);
  if (!isToken(accessToken)) throw malformed("access_token", "neither an opaque token nor a JWT");
  const tokenType = access_token_text(fields, "token_type") || "Bearer";
  if (tokenType.toLowerCase() !== "bearer") throw malformed("token_type", "not Bearer");
  const scope = access_token_text(fields, "scope");
  if (scope !== "" && !SCOPE.test(scope)) throw malformed("scope", "not a list of scopes");
  return {
    accessToken,
    tokenFormat: opaque ? "opaque" : "jwt",
    instanceUrl: instanceUrl(access_token_text(fields, "instance_url") || (fallbackInstanceUrl ?? "")),
    ...identity(access_token_text(fields, "id"), opaque?.[1]),
    scope,
    tokenType: "Bearer",
    ...times(fields, accessToken),
  };
}
function instanceUrl(value) {
  if (value === "") throw malformed("instance_url", "missing");
  const origin = httpsOrigin(value);
  if (origin === undefined) throw malformed("instance_url", "not a plain https origin");
  return origin;
}
function httpsOrigin(value) {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.protocol === "https:" && [url.origin, `${url.origin}/`].includes(value.toLowerCase());
  return isPlain ? url.origin : undefined;
}
function isToken(value) {
  return typeof value === "string" && (OPAQUE.test(value) || JWT.test(value));
}
function identity(value, orgOfToken) {
  if (value === "") return { identityUrl: "", orgId: orgOfToken ? (0,org_id.toLongId)(orgOfToken) : "", userId: "" };
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.protocol === "https:" && `${url.origin}${url.pathname}` === value;
  const [, org, user] = (isPlain && IDENTITY_PATH.exec(url.pathname)) || [];
  if (!org || !user) throw malformed("id", "not an identity URL that ends in org and user id");
  return { identityUrl: value, orgId: longId(org), userId: longId(user) };
}
/** What `toLongId` says of a wrong id is meant for an input. */
function longId(id) {
  try {
    return (0,org_id.toLongId)(id);
  } catch {
    throw malformed("id", "not an identity URL with valid ids");
  }
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
  return new failure.Failure({
    code: "token-answer-malformed",
    message: `Salesforce granted a token, but its answer can't be trusted: ${field} is ${why}. Nothing was handed over.`,
    steps: [
      "Check that login_url is your org: Setup → My Domain → Current My Domain URL.",
      "If it is, a proxy may be changing answers on their way.",
    ],
  });
}

;// CONCATENATED MODULE: ./src/hand-over.js
/** SOAP, and with it the Metadata API as `sf` uses it, takes JWT-format tokens from API version 68.0 on. */
const JWT_FORMAT =
  "Salesforce issued a JWT-format token. The Metadata API over SOAP, which sf project deploy start uses, refuses it below API version 68.0. " +
  "For an opaque token, untick “Issue JSON Web Token (JWT)-based access tokens for named users” in the app's OAuth settings.";
/** Name of every output, and where its value comes from. `certificate_expires_at` comes from the inputs. */
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
/** Sets the step's outputs and, where asked for, the variables that `sf org login access-token` reads. The token is masked by now. */
function handOver({ token, certificateExpiresAt, exportEnvironmentVariables, workflow }) {
  for (const [name, field] of Object.entries(OUTPUTS)) workflow.output(name, token[field]);
  workflow.output("certificate_expires_at", certificateExpiresAt);
  // Who exports the variables is about to use sf, so it is more than a remark there.
  if (token.tokenFormat === "jwt") workflow[exportEnvironmentVariables ? "warning" : "info"](JWT_FORMAT);
  if (!exportEnvironmentVariables) return;
  workflow.exportVariable("SF_ACCESS_TOKEN", token.accessToken);
  workflow.exportVariable("SF_ORG_INSTANCE_URL", token.instanceUrl);
}

;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/buffer_utils.js
const encoder = new TextEncoder(), decoder = new TextDecoder(); new TextDecoder("utf-8", { fatal: true });
function concat(...buffers) {
  const size = buffers.reduce((acc, { length }) => acc + length, 0), buf = new Uint8Array(size);
  let i = 0;
  for (const buffer of buffers)
    buf.set(buffer, i), i += buffer.length;
  return buf;
}
const NON_ASCII = /[^\x00-\x7f]/;
function encode(string) {
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
function encodeBase64(input, url = false) {
  if (Uint8Array.prototype.toBase64)
    return input.toBase64({ alphabet: url ? "base64url" : "base64", omitPadding: url });
  const CHUNK_SIZE = 32768, arr = [];
  for (let i = 0; i < input.length; i += CHUNK_SIZE)
    arr.push(String.fromCharCode.apply(null, input.subarray(i, i + CHUNK_SIZE)));
  const encoded = btoa(arr.join(""));
  return url ? encoded.replace(/=/g, "").replace(/\+/g, "-").replace(/\//g, "_") : encoded;
}
function decodeBase64(encoded, url = false) {
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



;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/util/base64url.js


const invalid = "The input to be decoded is not correctly encoded.";
function decode(input) {
  try {
    return decodeBase64(typeof input == "string" ? input : decoder.decode(input), !0);
  } catch (cause) {
    throw new TypeError(invalid, { cause });
  }
}
function base64url_encode(input) {
  return encodeBase64(typeof input == "string" ? encoder.encode(input) : input, true);
}



;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/util/errors.js
class JOSEError extends Error {
  static code = "ERR_JOSE_GENERIC";
  code = "ERR_JOSE_GENERIC";
  constructor(message, options) {
    super(message, options), this.name = this.constructor.name, Error.captureStackTrace?.(this, this.constructor);
  }
}
class JOSENotSupported extends JOSEError {
  static code = "ERR_JOSE_NOT_SUPPORTED";
  code = "ERR_JOSE_NOT_SUPPORTED";
}
class JWSInvalid extends JOSEError {
  static code = "ERR_JWS_INVALID";
  code = "ERR_JWS_INVALID";
}
class JWTInvalid extends JOSEError {
  static code = "ERR_JWT_INVALID";
  code = "ERR_JWT_INVALID";
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
  return { kty: ["oct"], secret: true, subtle, signing: subtle, usages: sig };
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


function isObject(input) {
  if (typeof input != "object" || input === null || Object.prototype.toString.call(input) !== "[object Object]")
    return false;
  const prototype = Object.getPrototypeOf(input);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
function isDisjoint(...headers) {
  const parameters = /* @__PURE__ */ new Set();
  for (const header of headers)
    if (header)
      for (const parameter of Object.keys(header)) {
        if (parameters.has(parameter))
          return false;
        parameters.add(parameter);
      }
  return true;
}
function assertNotSet(value, name) {
  if (value !== void 0)
    throw new TypeError(`${name} can only be called once`);
}
const JWS_RECOGNIZED = { __proto__: null, b64: true };
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
  return true;
}
function serializeJoseHeader(Err, header) {
  let serialized, parsed;
  try {
    serialized = JSON.stringify(header), parsed = JSON.parse(serialized);
  } catch (cause) {
    throw new Err("JOSE Header is not valid JSON", { cause });
  }
  if (!isObject(parsed))
    throw new Err("JOSE Header is not a JSON object");
  return [parsed, serialized];
}



;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/key.js




const tag = (key) => key[Symbol.toStringTag], jwkMatchesOp = (entry, key, usage) => {
  const { alg } = entry;
  if (key.use !== void 0) {
    const expected = "sig" ;
    if (key.use !== expected)
      throw new TypeError(`Invalid key for this operation, its "use" must be "${expected}" when present`);
  }
  if (key.kty === "AKP" && key.alg === void 0)
    throw new TypeError('missing "alg" (Algorithm) Parameter value');
  if (key.alg !== void 0 && key.alg !== alg)
    throw new TypeError(`Invalid key for this operation, its "alg" must be "${alg}" when present`);
  if (Array.isArray(key.key_ops)) {
    const expectedKeyOp = usage;
    if (!key.key_ops.includes(expectedKeyOp))
      throw new TypeError(`Invalid key for this operation, its "key_ops" must include "${expectedKeyOp}" when present`);
  }
};
async function prepareKey(entry, key, usage) {
  const { alg, secret } = entry;
  if (secret && key instanceof Uint8Array)
    return key;
  let normalized, keyObject;
  if (isObject(key)) {
    if (normalized = normalizeJwk(key), typeof normalized.kty != "string")
      throw invalidKeyType(alg, key, secret);
    if (!(secret ? normalized.kty === "oct" && typeof normalized.k == "string" : normalized.kty !== "oct" && (normalized.kty === "AKP" && typeof normalized.priv == "string" || typeof normalized.d == "string" )))
      throw new TypeError(secret ? 'JSON Web Key for symmetric algorithms must have JWK "kty" (Key Type) equal to "oct" and the JWK "k" (Key Value) present' : `JSON Web Key for this operation must be a ${"private" } JWK`);
    if (jwkMatchesOp(entry, normalized, usage), normalized.kty === "oct")
      return decode(normalized.k);
    if (!Object.isFrozen(key)) {
      const { key_ops } = key;
      Array.isArray(key_ops) && Object.freeze(key_ops), Object.freeze(key);
    }
  } else {
    if (!isKeyLike(key))
      throw invalidKeyType(alg, key, secret);
    const expectedType = secret ? "secret" : "private" ;
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
const isCryptoKey = (key) => {
  if (key?.[Symbol.toStringTag] === "CryptoKey")
    return true;
  try {
    return key instanceof CryptoKey;
  } catch {
    return false;
  }
}, isKeyObject = (key) => key?.[Symbol.toStringTag] === "KeyObject", isKeyLike = (key) => isCryptoKey(key) || isKeyObject(key);
function message(msg, actual, ...types) {
  if (types.length > 2) {
    const last = types.pop();
    msg += `one of type ${types.join(", ")}, or ${last}.`;
  } else types.length === 2 ? msg += `one of type ${types[0]} or ${types[1]}.` : msg += `of type ${types[0]}.`;
  return actual == null ? msg += ` Received ${actual}` : typeof actual == "function" && actual.name ? msg += ` Received function ${actual.name}` : typeof actual == "object" && actual != null && actual.constructor?.name && (msg += ` Received an instance of ${actual.constructor.name}`), msg;
}
function invalidKeyType(alg, actual, secret) {
  const types = ["CryptoKey", "KeyObject", "JSON Web Key"];
  return secret && types.push("Uint8Array"), new TypeError(message(`Key for the ${alg} algorithm must be `, actual, ...types));
}
const unusable = (name, prop = "algorithm.name") => new TypeError(`CryptoKey does not support this operation, its ${prop} must be ${name}`);
function checkUsage(key, usage) {
  if (!key.usages.includes(usage))
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
    throw unusable(expected.name);
  if (expected.hash && algorithm.hash?.name !== expected.hash)
    throw unusable(expected.hash, "algorithm.hash");
  if (expected.namedCurve && algorithm.namedCurve !== expected.namedCurve)
    throw unusable(expected.namedCurve, "algorithm.namedCurve");
  if (expected.length !== void 0 && algorithm.length !== expected.length)
    throw unusable(expected.length, "algorithm.length");
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
async function jwkToKey(entry, jwk, extractable) {
  if (!entry.kty.includes(jwk.kty))
    throw new JOSENotSupported('Invalid or unsupported JWK "alg" (Algorithm) Parameter value');
  const algorithm = entry.resolve?.({ kty: jwk.kty, crv: jwk.crv }) ?? entry.subtle, isPrivate = !!(jwk.d || jwk.priv), keyData = { ...jwk, ext: jwk.ext };
  return keyData.kty !== "AKP" && delete keyData.alg, delete keyData.use, crypto.subtle.importKey("jwk", keyData, algorithm, keyData.ext ?? !isPrivate, jwk.key_ops ?? entry.usages[isPrivate ? 1 : 0]);
}
async function rawKey(key, expected, usage, extractable = false) {
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
    encodedPayloadCache ? (encodedPayload = encodedPayloadCache[0] ??= base64url_encode(payload), signingPayload = encodedPayloadCache[1] ??= encode(encodedPayload)) : (encodedPayload = base64url_encode(payload), signingInput = encoder.encode(`${encodedProtectedHeader}.${encodedPayload}`));
  }
  signingInput ??= concat(encode(encodedProtectedHeader), encode("."), signingPayload);
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



;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/lib/jwt_claims_set.js



const epoch = (date) => Math.floor(date.getTime() / 1e3), multipliers = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
  w: 604800,
  y: 31557600
}, REGEX = /^(\+|\-)? ?(\d+|\d+\.\d+) ?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)(?: (ago|from now))?$/i;
function invalidDuration() {
  throw new TypeError("Invalid time period format");
}
function secs(str) {
  typeof str != "string" && invalidDuration();
  const matched = REGEX.exec(str);
  (!matched || matched[4] && matched[1]) && invalidDuration();
  const value = parseFloat(matched[2]), durationSeconds = Math.round(value * multipliers[matched[3][0].toLowerCase()]);
  return Number.isFinite(durationSeconds) || invalidDuration(), matched[1] === "-" || matched[4]?.toLowerCase() === "ago" ? -durationSeconds : durationSeconds;
}
function validateInput(label, input) {
  if (!Number.isFinite(input))
    throw new TypeError(`Invalid ${label} input`);
  return input;
}
function numericDate(value, label) {
  return typeof value == "number" ? validateInput(label, value) : value instanceof Date ? validateInput(label, epoch(value)) : epoch(/* @__PURE__ */ new Date()) + secs(value);
}
let producerClaimsSets;
function producerClaimsSet(producer) {
  return producerClaimsSets.get(producer);
}
function jwtClaimsSetBytes(producer) {
  const claimsSet = producerClaimsSet(producer);
  for (const claim of ["iat", "nbf", "exp"]) {
    const value = claimsSet[claim];
    if (typeof value == "number" && !Number.isFinite(value))
      throw new TypeError(`"${claim}" claim must be a finite number`);
  }
  return encoder.encode(JSON.stringify(claimsSet));
}
class JWTClaimsBuilder {
  constructor(claimsSet = {}) {
    if (!isObject(claimsSet))
      throw new TypeError("JWT Claims Set MUST be an object");
    (producerClaimsSets ||= /* @__PURE__ */ new WeakMap()).set(this, structuredClone(claimsSet));
  }
  setNotBefore(value) {
    return producerClaimsSet(this).nbf = numericDate(value, "setNotBefore"), this;
  }
  setExpirationTime(value) {
    return producerClaimsSet(this).exp = numericDate(value, "setExpirationTime"), this;
  }
  setIssuedAt(value) {
    const claimsSet = producerClaimsSet(this);
    return value === void 0 ? claimsSet.iat = epoch(/* @__PURE__ */ new Date()) : typeof value == "string" ? claimsSet.iat = validateInput("setIssuedAt", epoch(/* @__PURE__ */ new Date()) + secs(value)) : claimsSet.iat = numericDate(value, "setIssuedAt"), this;
  }
}



;// CONCATENATED MODULE: ./node_modules/jose/dist/webapi/jwt/sign.js





const SignJWT_base = JWTClaimsBuilder;
class SignJWT extends SignJWT_base {
  #protectedHeader;
  setProtectedHeader(protectedHeader) {
    return assertNotSet(this.#protectedHeader, "setProtectedHeader"), this.#protectedHeader = protectedHeader, this;
  }
  async sign(key, options) {
    return createCompactSignature(jwtClaimsSetBytes(this), this.#protectedHeader, options?.crit, key, () => {
      throw new JWTInvalid("JWTs MUST NOT use unencoded payload");
    });
  }
}



;// CONCATENATED MODULE: ./src/assertion.js

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
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
}

// EXTERNAL MODULE: ./src/grant.js
var src_grant = __nccwpck_require__(44);
;// CONCATENATED MODULE: ./src/token-endpoint.js


const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** One attempt gets no more than this, so that one silent connection doesn't eat the whole budget. */
const LONGEST_ATTEMPT_MS = 15_000;
/** A request id as servers draw them, up to the length of a UUID: too poor in characters to hold a piece of an assertion as it was sent. */
const REQUEST_ID = /^[\da-f-]{1,36}$/i;
/**
 * Asks the token endpoint for an access token until it says yes or no, or the time is over.
 * Each attempt sends an assertion of its own (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
 *
 * @returns how it ended; a grant's fields are unchecked
 */
async function requestToken(request, around) {
  const { clock, workflow } = around;
  const start = clock.elapsed();
  const left = () => request.timeoutSeconds * 1000 - (clock.elapsed() - start);
  let plan = { audience: request.audience, fallbackAudience: request.fallbackAudience, skewMs: undefined };
  for (let attempts = 1; ; attempts++) {
    // On a busy machine a wait can take longer than was left.
    const timeMs = Math.max(0, left() / 2);
    const attempt = await askOnce(request, plan, { ...around, number: attempts, timeMs });
    const next = await nextMove(attempt, { number: attempts, plan, leftMs: left(), random: around.random });
    if (next.move === "end") {
      const { outcome, runnerTime, salesforceTime } = attempt;
      const measuredSkewMs = salesforceTime === undefined ? undefined : salesforceTime - runnerTime;
      const durationMs = clock.elapsed() - start;
      return { outcome, attempts, durationMs, plan, measuredSkewMs, outOfTime: next.outOfTime };
    }
    if (next.move === "mend") {
      workflow[next.remedy.isWarning ? "warning" : "info"](next.remedy.because);
      plan = next.remedy.plan;
    } else {
      workflow.info(
        `Attempt ${attempts} failed: ${reasonOf(attempt.outcome)}. Next attempt in ${seconds(next.waitMs)}.`,
      );
      await clock.sleep(next.waitMs);
    }
  }
}
async function askOnce(request, plan, { postForm, clock, workflow, number, timeMs }) {
  const claims = claimsFor({ ...request, audience: plan.audience, now: clock.now() + (plan.skewMs ?? 0) });
  const assertion = await signAssertion(claims, request.privateKey);
  workflow.mask(assertion);
  const start = clock.elapsed();
  const note = (result) => {
    const took = Math.round(clock.elapsed() - start);
    workflow.debug(
      `Attempt ${number}: POST ${request.tokenEndpoint}, claims ${JSON.stringify(claims)}: ${result}, ${took} ms`,
    );
  };
  const answer = await clock
    .within(Math.min(LONGEST_ATTEMPT_MS, timeMs), (signal) =>
      postForm({ url: request.tokenEndpoint, form: { grant_type: GRANT_TYPE, assertion }, signal }),
    )
    .catch((error) => ({ error }));
  const runnerTime = clock.now();
  const outcome = await outcomeOf(answer);
  if ("error" in answer) {
    note(reasonOf(outcome));
    return { outcome, headers: {}, runnerTime, salesforceTime: undefined };
  }
  note(`HTTP ${answer.status}${requestId(answer)}, ${reasonOf(outcome)}`);
  const date = Date.parse(answer.headers.date ?? "");
  return { outcome, headers: answer.headers, runnerTime, salesforceTime: Number.isNaN(date) ? undefined : date };
}
/** What only a failed attempt needs is loaded when one fails. */
async function outcomeOf(answer) {
  if ("error" in answer) {
    const { networkFault } = await __nccwpck_require__.e("failure").then(__nccwpck_require__.bind(__nccwpck_require__, 829 /* ./src/network-fault.js */));
    return { kind: "unreachable", ...networkFault(answer.error) };
  }
  const grant = (0,src_grant.readGrant)(answer);
  if (grant) return grant;
  const { readTokenAnswer } = await __nccwpck_require__.e("failure").then(__nccwpck_require__.bind(__nccwpck_require__, 719 /* ./src/token-response.js */));
  return readTokenAnswer(answer);
}
async function nextMove(attempt, facts) {
  if (attempt.outcome.kind === "granted") return { move: "end", outOfTime: undefined };
  const { findNextMove } = await __nccwpck_require__.e("failure").then(__nccwpck_require__.bind(__nccwpck_require__, 567 /* ./src/next-move.js */));
  return findNextMove(attempt, facts);
}
/** Says in a clause how an attempt ended, in our own words: this goes into plain lines of the log. */
function reasonOf(outcome) {
  switch (outcome.kind) {
    case "granted":
      return "a token was granted";
    case "refused":
      return `Salesforce answered HTTP ${outcome.status}${/^\w{1,60}$/.test(outcome.error) ? ` ${outcome.error}` : ""}`;
    case "unusable":
      return `the answer was ${outcome.what}`;
    case "unreachable":
      return outcome.reason;
  }
}
function requestId({ headers }) {
  const id = headers["x-request-id"] ?? headers["x-sfdc-request-id"] ?? headers["sfdc-request-id"];
  return typeof id === "string" && REQUEST_ID.test(id) ? ` (request ${id})` : "";
}
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

;// CONCATENATED MODULE: ./src/mint.js








/**
 * The whole step: inputs, key, assertion, token endpoint, hand-over.
 *
 * @throws Failure with what to do, or an error that is a defect
 */
async function mint(world) {
  const { env, workflow, clock, readFile } = world;
  const raw = (0,src_inputs.rawInputs)(env);
  (0,src_inputs.secretsOfInputs)(raw).forEach(workflow.mask);
  const inputs = (0,src_inputs.readInputs)(raw, { readFile, mask: workflow.mask, now: new Date(clock.now()) });
  inputs.warnings.forEach(workflow.warning);
  const exchange = await requestToken({ ...inputs, tokenEndpoint: inputs.loginUrl.tokenEndpoint }, world);
  if (exchange.outcome.kind !== "granted") {
    const { diagnose } = await __nccwpck_require__.e("failure").then(__nccwpck_require__.bind(__nccwpck_require__, 625 /* ./src/diagnosis.js */));
    throw diagnose({ exchange, inputs }, new Date(clock.now()));
  }
  const { fields } = exchange.outcome;
  secretsOf(fields).forEach(workflow.mask);
  try {
    const token = checkToken(fields, inputs.loginUrl.isMyDomain ? inputs.loginUrl.url : undefined);
    checkOrg(token.orgId, inputs.expectedOrgId);
    const certificateExpiresAt = inputs.certificate?.expiresAt.toISOString() ?? "";
    handOver({ ...inputs, token, certificateExpiresAt, workflow });
    workflow.info(`Logged in to ${token.instanceUrl} as ${inputs.username}.`);
    if (inputs.writeJobSummary) workflow.summarise(loginSummary(inputs.username, token, certificateExpiresAt));
  } finally {
    // A token that a check refuses exists all the same, and ends with the job if that was asked for.
    const kept = inputs.revokeToken && revocable(fields, inputs.loginUrl.url);
    if (kept) keepForRevocation(kept, workflow);
  }
}
function checkOrg(orgId, expected) {
  if (expected === undefined || (orgId !== "" && (0,org_id.sameId)(orgId, expected))) return;
  const found = orgId === "" ? "an org that Salesforce did not name" : `org ${orgId}`;
  throw new failure.Failure({
    code: "org-mismatch",
    message: `The token is for ${found}, but expected_org_id is ${expected}. Nothing was handed over.`,
    steps: [
      "Check which org login_url and username belong to: Setup → Company Information → Salesforce.com Organization ID.",
      "If the org is the right one (a refreshed sandbox has a new id), change expected_org_id.",
    ],
  });
}

;// CONCATENATED MODULE: ./src/revocation.js
/** The post step ends within ten seconds, node's own start and end included. */
const REVOCATION_MS = 9000;
/**
 * Revokes a token at its org (RFC 7009; Salesforce help, "Revoke OAuth Tokens"). Never throws for what may go wrong on
 * the way: the job's work is done, and a warning says what is left.
 */
async function revoke({ accessToken, instanceUrl }, { postForm, clock, workflow }) {
  const url = `${instanceUrl}/services/oauth2/revoke`;
  const problem = await clock
    .within(REVOCATION_MS, (signal) => postForm({ url, form: { token: accessToken }, signal }))
    .then(refusal, fault);
  if (problem === undefined) workflow.info("The access token was revoked.");
  else {
    workflow.warning(
      `The access token could not be revoked: ${problem}. It ends with its session (Setup → Session Management lists and removes it).`,
    );
  }
}
async function fault(error) {
  const { networkFault } = await __nccwpck_require__.e("failure").then(__nccwpck_require__.bind(__nccwpck_require__, 829 /* ./src/network-fault.js */));
  return networkFault(error).reason;
}
async function refusal({ status, body }) {
  if (status === 200) return undefined;
  const { quote } = await __nccwpck_require__.e("failure").then(__nccwpck_require__.bind(__nccwpck_require__, 660 /* ./src/remote-text.js */));
  return `Salesforce answered HTTP ${status} ${quote(errorCode(body), 80)}`.trim();
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
function toCommandProperties(annotationProperties) {
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
function issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
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



;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = require("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = require("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js





// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
function issueFileCommand(command, message) {
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



;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js





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
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
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
function setSecret(secret) {
    issueCommand('add-mask', {}, secret);
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
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_namespaceObject.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function debug(message) {
    issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
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
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}



;// CONCATENATED MODULE: ./src/workflow.js



// The runner doesn't mask annotation titles, so there is one title and it holds nothing.
const ANNOTATION = { title: "Salesforce JWT Auth" };
/**
 * The workflow as GitHub's runner offers it to a step.
 *
 * @param env the step's environment, which names the runner's files
 */
function githubWorkflow(env) {
  const masked = new Set();
  return {
    mask: (secret) => {
      // Each mask is a line of a debug log, and a key comes by in several forms with the same lines.
      for (const value of linesAndWhole(secret)) {
        if (masked.has(value)) continue;
        masked.add(value);
        setSecret(value);
      }
    },
    debug: debug,
    // The runner carries out `##[command]` wherever it stands in a plain line (actions/runner, ActionCommand).
    info: (message) => info(message.replaceAll("##[", "# # [")),
    warning: (message) => warning(message, ANNOTATION),
    error: (message) => error(message, ANNOTATION),
    output: (name, value) => withFile(env, "GITHUB_OUTPUT", () => setOutput(name, value)),
    exportVariable: (name, value) => withFile(env, "GITHUB_ENV", () => exportVariable(name, value)),
    saveState: (name, value) => withFile(env, "GITHUB_STATE", () => saveState(name, value)),
    summarise: (markdown) => {
      try {
        // The toolkit's summary would bring a builder of HTML tables, and load node's file promises in every run.
        const file = env["GITHUB_STEP_SUMMARY"] ?? "";
        // A file that is not there yet is none that the runner will read.
        (0,external_node_fs_namespaceObject.accessSync)(file);
        (0,external_node_fs_namespaceObject.appendFileSync)(file, markdown);
      } catch {
        warning(
          "The job summary could not be written: GITHUB_STEP_SUMMARY names no file that this step may write.",
          ANNOTATION,
        );
      }
    },
  };
}
/** GitHub's runner masks each line of a multi-line mask by itself; other runners need to be told. Blank masks are errors. */
function linesAndWhole(secret) {
  const values = [secret, ...secret.split(/[\r\n]+/)].map((value) => value.trim());
  return new Set(values.filter((value) => value !== ""));
}
/** Without its file the toolkit prints the value as an old command on stdout, where it would stand in clear. */
function withFile(env, variable, write) {
  if (!env[variable]) {
    throw new failure.Failure({
      code: "not-a-step",
      message: `${variable} is not set, so this is no step of a workflow, and nothing was handed over.`,
      steps: ["Run the action by uses: in a workflow, or try it out with npm start."],
    });
  }
  write();
}

;// CONCATENATED MODULE: ./src/action.js








const { env } = process;
const workflow = githubWorkflow(env);
/** In the same file, but not run before it is asked for: with it come node's HTTP and TLS. */
const loadClient = () => Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 115 /* ./src/form-post.js */));
const send = async (post) => {
  const { pastNoProxy, postForm } = await loadClient();
  return pastNoProxy(env["https_proxy"] || env["HTTPS_PROXY"], postForm)(post);
};
// The proxy client calls the deprecated `Buffer()` for a proxy's password; its warning would only puzzle the log's reader.
process.noDeprecation = true;
/** The step: gets a token and hands it over, or fails with one error. */
async function main() {
  // Node ends with 0 when there is nothing left to wait for, also in the middle of a login: success has to be said.
  process.exitCode = 1;
  process.once("beforeExit", endWithoutOutcome);
  // The event loop comes round for the first time while another thread signs the assertion: time to load the client.
  const loading = setImmediate(loadClient);
  try {
    await mint({ env, workflow, readFile: readKeyFile, postForm: send, clock: clock.systemClock, random: Math.random });
    process.exitCode = 0;
  } catch (error) {
    await fail(error);
  }
  process.off("beforeExit", endWithoutOutcome);
  // Inputs that can't be used end the step before the client is needed.
  clearImmediate(loading);
  end();
}
/** The end of the job: revokes what the step kept. */
async function post() {
  const kept = keptForRevocation(env);
  if (!kept) return;
  workflow.mask(kept.accessToken);
  await revoke(kept, { postForm: send, clock: clock.systemClock, workflow });
  end();
}
async function fail(error) {
  const { docsUrl, report } = await __nccwpck_require__.e("failure").then(__nccwpck_require__.bind(__nccwpck_require__, 786 /* ./src/report.js */));
  const message = report(error, docsUrl(env));
  workflow.error(message);
  if ((0,src_inputs.wantsSummary)((0,src_inputs.rawInputs)(env))) workflow.summarise(failureSummary(message));
}
async function endWithoutOutcome() {
  await fail(new Error("there was nothing left to wait for, and no outcome"));
  end();
}
/**
 * Ends the process when the last line has left it, which a plain `process.exit()` doesn't wait for. Leaving the end to node
 * takes longer: it waits for connections to close, and takes its heap apart.
 */
function end() {
  process.stdout.write("", () => process.exit());
}

})();

module.exports = __webpack_exports__;
/******/ })()
;