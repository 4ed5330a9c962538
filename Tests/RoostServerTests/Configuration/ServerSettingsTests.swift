import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

@Suite struct ServerSettingsTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    func load(_ environment: [String: String] = [:], file: String? = nil, flags: ServerSettings.Flags = .init()) async throws -> ServerSettings {
        if let file { try directory.write("config.json", Array(file.utf8)) }
        return try await ServerSettings.load(flags: flags, environment: ["ROOST_HOME": directory.path.string].merging(environment) { $1 })
    }

    func refusal(_ environment: [String: String] = [:], file: String? = nil, flags: ServerSettings.Flags = .init()) async -> String {
        do {
            return "accepted: \(try await load(environment, file: file, flags: flags))"
        } catch let error as RoostError where error.code == .invalidConfiguration {
            return error.message
        } catch {
            return "another error: \(error)"
        }
    }

    @Test func `without any setting the defaults hold`() async throws {
        let settings = try await load()
        #expect(settings == ServerSettings(home: directory.path))
        #expect(settings.host == "127.0.0.1" && settings.port == 8005)
    }

    @Test func `the home is the flag's, the variable's, or .roost`() throws {
        #expect(try ServerSettings.homeDirectory(flag: nil, environment: ["HOME": "/home/x"]) == "/home/x/.roost")
        #expect(try ServerSettings.homeDirectory(flag: nil, environment: ["HOME": "/home/x", "ROOST_HOME": "/r"]) == "/r")
        #expect(try ServerSettings.homeDirectory(flag: "/f", environment: ["ROOST_HOME": "/r"]) == "/f")
        #expect(throws: RoostError.self) { try ServerSettings.homeDirectory(flag: nil, environment: [:]) }
    }

    @Test func `every key is read from the environment and from the file`() async throws {
        let environment = [
            "ROOST_PORT": "9000", "MAX_CONCURRENT_PULLS": "5", "MAX_CACHE_MODELS": "3", "MODEL_LOAD_COOLDOWN": "0", "ROOST_LOG_LEVEL": "debug",
            "ROOST_ALLOWED_HOSTS": "roost.lan, Other.lan", "ROOST_CONTEXT_LENGTH": "8192", "ROOST_THREADS": "3", "ROOST_MODEL_LOAD_TIMEOUT": "60",
            "ROOST_ALLOW_REMOTE": "true", "ROOST_INSECURE": "true", "ROOST_HOST": "0.0.0.0", "ROOST_LLAMA_SERVER": "/bin/sh",
            "ROOST_WEBHOOK_ALLOWED_HOSTS": "CI.lan, 10.0.0.7:8443", "ROOST_WEBHOOK_SECRET": "0123456789abcdef", "ROOST_JOB_RETENTION_DAYS": "30",
            "ROOST_JOB_RETENTION_PER_MODEL": "5", "ROOST_AUDIT_RETENTION_DAYS": "30", "ROOST_TLS_CERTIFICATE": "/c", "ROOST_TLS_KEY": "/k",
            "ROOST_OLLAMA_MODELS_DIR": "/o", "ROOST_TRUSTED_PROXIES": "10.0.0.0/8", "ROOST_BACKUP_INTERVAL_HOURS": "6", "ROOST_BACKUP_KEEP": "9",
            "ROOST_MAX_DOWNLOAD_RATE": "20MB", "ROOST_DOWNLOAD_WINDOWS": "22:00-06:00=unlimited", "ROOST_DISK_RESERVE": "2GiB", "ROOST_SHARE": "true",
            "ROOST_SHARE_HOST": "10.0.0.1", "ROOST_SHARE_PORT": "9006", "ROOST_SHARE_ALLOW": "10.0.0.0/8, fd00::/8", "ROOST_SHARE_TOKEN_FILE": "/x",
            "MODEL_Q4_THRESHOLD_BYTES": "5000000000", "ROOST_INFERENCE_BODY_LIMIT": "8MiB",
            "ROOST_MAX_CONNECTIONS_PER_ADDRESS": "64", "ROOST_KEEP_ALIVE": "600", "ROOST_PINNED_MODELS": "a/b, c/d:Q4_0", "ROOST_PRELOAD": "a/b",
            "ROOST_PROMPT_STORAGE": "1GiB", "ROOST_RESPONSE_STORAGE": "64MiB", "ROOST_RESPONSE_RETENTION_DAYS": "7",
            "ROOST_FORGET_MODELS": "true", "ROOST_ENGINE_STEP_TIMEOUT": "30", "ROOST_UNCONFINED_ENGINES": "true", "ROOST_ENGINE_MEMORY_LIMIT": "8GiB",
            "ROOST_CONTEXT_LENGTHS": "a/b:Q4_0=8192, c/d=512", "ROOST_DRAFT_MODELS": "a/b:Q4_0=a/small:Q8_0, c/d=c/e",
        ]
        let fromEnvironment = try await load(environment)
        let fromFile = try await load(
            file: """
                {"port":9000,"max_concurrent_pulls":5,"max_cache_models":3,"model_load_cooldown":0,"log_level":"debug",
                 "allowed_hosts":"roost.lan, Other.lan","context_length":8192,"threads":3,"model_load_timeout":60,
                 "allow_remote":true,"insecure":true,"host":"0.0.0.0","llama_server":"/bin/sh","webhook_allowed_hosts":"CI.lan, 10.0.0.7:8443",
                 "webhook_secret":"0123456789abcdef","job_retention_days":30,"job_retention_per_model":5,"audit_retention_days":30,"tls_certificate":"/c","tls_key":"/k","trusted_proxies":"10.0.0.0/8","ollama_models_dir":"/o","backup_interval_hours":6,"backup_keep":9,
                 "max_download_rate":"20MB","download_windows":"22:00-06:00=unlimited","disk_reserve":"2GiB","share":true,"share_host":"10.0.0.1","share_port":9006,
                 "share_allow":"10.0.0.0/8, fd00::/8","share_token_file":"/x","inference_body_limit":"8MiB",
                 "model_q4_threshold_bytes":5000000000,"max_connections_per_address":64,"keep_alive":600,"pinned_models":"a/b, c/d:Q4_0","preload":"a/b","forget_models":true,"engine_step_timeout":30,"unconfined_engines":true,"engine_memory_limit":"8GiB",
                 "prompt_storage":"1GiB","response_storage":"64MiB","response_retention_days":7,"context_lengths":"a/b:Q4_0=8192, c/d=512","draft_models":"a/b:Q4_0=a/small:Q8_0, c/d=c/e"}
                """)
        #expect(fromEnvironment == fromFile)
        #expect(fromFile.port == 9000 && fromFile.allowedHosts == ["roost.lan", "other.lan"] && fromFile.threads == 3)
        #expect(fromFile.webhookAllowedHosts == ["ci.lan", "10.0.0.7:8443"] && fromFile.webhookSecret?.value == "0123456789abcdef")
        #expect(fromFile.jobRetentionDays == 30 && fromFile.jobRetentionPerModel == 5)
        #expect(fromFile.inferenceBodyLimit == 8 << 20 && fromFile.diskReserve == 2 << 30 && fromFile.q4Threshold == 5_000_000_000)
        #expect(fromFile.maxConnectionsPerAddress == 64 && fromFile.keepAlive == .unused(.seconds(600)) && fromFile.preload.count == 1)
        let drafts = try ["a/b:Q4_0", "a/b:Q8_0", "c/d:Q8_0"].map { try fromFile.draftModel(of: ModelReference(parsing: $0))?.description }
        #expect(drafts == ["a/small:Q8_0", nil, "c/e"])
        // Read by what quantises, and no setting.
        #expect(try await load(environment.merging(["ROOST_GGML_LIBRARY": "/x"]) { $1 }) == fromFile)
        #expect(fromFile.backupIntervalHours == 6 && fromFile.backupKeep == 9)
        #expect(fromFile.share && fromFile.sharePort == 9006 && fromFile.shareAllow.count == 2)
        #expect(Set(environment.keys) == Set(Setting.all.map(\.variable)))
        for (name, value) in Mirror(reflecting: fromFile).children {
            let initial = Mirror(reflecting: ServerSettings(home: directory.path)).children.first { $0.label == name }
            #expect(name == "home" || "\(value)" != "\(initial?.value ?? "")", "\(name ?? "")")
        }
    }

    @Test func `a flag wins over the environment, the environment over the file`() async throws {
        var flags = ServerSettings.Flags()
        flags.values = ["port": "1"]
        #expect(try await load(["ROOST_PORT": "2"], file: #"{"port":3}"#, flags: flags).port == 1)
        #expect(try await load(["ROOST_PORT": "2"]).port == 2)
        #expect(try await load().port == 3)
    }

    @Test(arguments: Setting.all.filter { $0.hasFlag && !["host", "share_host", "share_token_file", "tls_certificate", "tls_key"].contains($0.key) })
    func `a bad value of a flag stops the start with a sentence that names the flag and the allowed values`(setting: Setting) async {
        var flags = ServerSettings.Flags()
        flags.values = [setting.key: "not good!"]
        #expect(await refusal([setting.variable: "1"], flags: flags) == "\(setting.name.flag) must be \(setting.allowed).")
    }

    @Test(arguments: [
        ("ROOST_PORT", "abc"), ("ROOST_PORT", "70000"), ("ROOST_PORT", "-1"), ("MAX_CONCURRENT_PULLS", "0"), ("MAX_CACHE_MODELS", "many"),
        ("MODEL_LOAD_COOLDOWN", "-5"), ("ROOST_LOG_LEVEL", "loud"), ("ROOST_ALLOW_REMOTE", "maybe"), ("ROOST_LLAMA_SERVER", "/nonexistent"),
        ("ROOST_ALLOWED_HOSTS", "https://app.example.com"), ("ROOST_ALLOWED_HOSTS", "roost.lan:0"), ("ROOST_ALLOWED_HOSTS", "roost lan"),
        ("ROOST_ALLOWED_HOSTS", "fd00::7"), ("ROOST_ALLOWED_HOSTS", "*"),
        ("ROOST_PROT", "8005"), ("ROOST_SHARE", "perhaps"), ("ROOST_SHARE_ALLOW", "lan"), ("ROOST_SHARE_PORT", "70000"),
        ("ROOST_WEBHOOK_ALLOWED_HOSTS", "http://ci.lan"), ("ROOST_WEBHOOK_ALLOWED_HOSTS", "*.lan"),
        ("ROOST_WEBHOOK_ALLOWED_HOSTS", "ci.lan:0"), ("ROOST_WEBHOOK_SECRET", "short"), ("ROOST_WEBHOOK_SECRET", "long enough but has spaces"),
        ("ROOST_JOB_RETENTION_DAYS", "-1"), ("ROOST_JOB_RETENTION_PER_MODEL", "few"), ("ROOST_BACKUP_INTERVAL_HOURS", "9000"),
        ("ROOST_BACKUP_KEEP", "0"), ("ROOST_DISK_RESERVE", "much"), ("ROOST_DISK_RESERVE", "-1"), ("ROOST_CONTEXT_LENGTH", "0"),
        ("ROOST_DRAFT_MODELS", "a/b"), ("ROOST_DRAFT_MODELS", "a/b=a/b"), ("ROOST_DRAFT_MODELS", "a/b=../c"),
        ("ROOST_CONTEXT_LENGTH", "255"), ("ROOST_CONTEXT_LENGTH", "automatic"), ("ROOST_CONTEXT_LENGTH", "8192.5"), ("ROOST_KEEP_ALIVE", "soon"),
        ("ROOST_PRELOAD", "a/b, ../x"), ("ROOST_PINNED_MODELS", "a b"), ("ROOST_CONTEXT_LENGTHS", "a/b"), ("ROOST_CONTEXT_LENGTHS", "a/b=7"),
        ("ROOST_CONTEXT_LENGTHS", "=512"),
    ]) func `a bad value or an unknown variable stops the start with a sentence that names it`(name: String, value: String) async {
        let message = await refusal([name: value])
        #expect(message.hasPrefix("\(name) "))
        #expect(message.hasSuffix("."))
    }

    @Test(arguments: [
        (#"{"prot":1}"#, "\"prot\""), (#"{"port":"x"}"#, "`port`"), (#"{"port":1.5}"#, "`port`"), (#"{"port":true}"#, "`port`"),
        (#"{"host":{"a":1}}"#, "`host`"), ("[1]", "JSON object"), ("{", "JSON object"),
    ]) func `a bad file stops the start with a sentence`(file: String, names: String) async {
        let message = await refusal(file: file)
        #expect(message.contains(names) && message.contains("config.json"), "\(message)")
    }

    @Test func `the context is the models' own, or a number from any source`() async throws {
        #expect(try await load(["ROOST_CONTEXT_LENGTH": "auto"], file: #"{"context_length":512}"#).contextLength == 0)
        #expect(try await load(["ROOST_CONTEXT_LENGTH": "8192"], file: #"{"context_length":"auto"}"#).contextLength == 8192)
        #expect(try await load(file: #"{"context_length":"auto"}"#).contextLength == 0)
        #expect(try await load(file: #"{"context_length":512}"#).contextLength == 512)
        for value in ["0", #""none""#, "1.5", "true", "2000000"] {
            #expect(await refusal(file: "{\"context_length\":\(value)}").contains("`context_length`"), "\(value)")
        }
    }

    @Test func `hosts are allowed with and without a port`() async throws {
        let hosts = try await load(["ROOST_ALLOWED_HOSTS": " Roost.lan , app.example.com:3000,[fd00::7]:8005 ,"]).allowedHosts
        #expect(hosts == ["roost.lan", "app.example.com:3000", "[fd00::7]:8005"])
    }

    @Test func `a file that was named must be there`() async {
        var flags = ServerSettings.Flags()
        flags.config = "/nonexistent/config.json"
        #expect(await refusal(flags: flags).contains("/nonexistent/config.json"))
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.1.7", "example.com"]) func `an address that others reach must be allowed`(host: String) async throws {
        #expect(await refusal(["ROOST_HOST": host]).contains("--allow-remote"))
        #expect(try await load(["ROOST_HOST": host, "ROOST_ALLOW_REMOTE": "true"]).host == host)
    }

    @Test func `a certificate without its key stops the start, and so does a key alone`() async {
        for variable in ["ROOST_TLS_CERTIFICATE", "ROOST_TLS_KEY"] {
            let message = await refusal([variable: "/x"])
            #expect(message.contains("ROOST_TLS_CERTIFICATE") && message.contains("ROOST_TLS_KEY"), "\(message)")
        }
    }

    @Test func `webhooks without a secret stop the start, and no text of the settings holds the secret`() async throws {
        let message = await refusal(["ROOST_WEBHOOK_ALLOWED_HOSTS": "ci.lan"])
        #expect(message.contains("ROOST_WEBHOOK_SECRET") && message.contains("ci.lan"))
        let secret = "0123456789abcdef"
        let settings = try await load(["ROOST_WEBHOOK_ALLOWED_HOSTS": "ci.lan", "ROOST_WEBHOOK_SECRET": secret])
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!"\(settings) \(String(reflecting: settings)) \(dumped)".contains(secret))
        #expect(await !refusal(["ROOST_WEBHOOK_SECRET": "secret too bad"]).contains("too bad"))
    }
}
