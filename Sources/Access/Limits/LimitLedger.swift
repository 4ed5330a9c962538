/// Counts what keys have used of their limits. A value without a clock: every call gets the time.
///
/// A request reserves its tokens when it begins, so that many at once cannot use more than is left, and is charged what
/// the engine reports when it ends.
package struct LimitLedger: Sendable {
    /// The tokens of a request: those that it may use, or has used.
    package struct Tokens: Sendable, Hashable {
        /// The tokens of the prompt.
        package var prompt: Int
        /// The tokens of the answers.
        package var output: Int

        /// Creates an amount.
        package init(prompt: Int = 0, output: Int = 0) {
            self.prompt = prompt
            self.output = output
        }
    }

    /// How far a limit is used.
    package struct Standing: Sendable, Hashable {
        /// The limit's name, such as `requests_per_minute`.
        package let name: String
        /// The limit.
        package let limit: Int
        /// What is left of it.
        package let remaining: Int
        /// The time until more is left; zero for one that has no window.
        package let reset: Duration
    }

    private struct Account: Sendable {
        var requests = SlidingCount()
        var prompt = SlidingCount()
        var output = SlidingCount()
        var reserved = Tokens()
        var running = 0

        mutating func forget(at moment: LimitMoment) {
            requests.forget(at: moment)
            prompt.forget(at: moment)
            output.forget(at: moment)
        }

        var isIdle: Bool { running == 0 && [requests, prompt, output].allSatisfy { $0.minute == 0 && $0.today == 0 } }
    }

    private var accounts: [String: Account] = [:]

    /// Creates a ledger in which no key has used anything.
    package init() {}

    /// Continues a day after a restart.
    ///
    /// - Parameters:
    ///   - key: The key's id.
    ///   - requests: Its requests on this day.
    ///   - tokens: Its tokens on this day.
    ///   - moment: The current time.
    package mutating func resume(_ key: String, requests: Int, tokens: Tokens, at moment: LimitMoment) {
        accounts[key, default: Account()].requests.resume(requests, at: moment)
        accounts[key, default: Account()].prompt.resume(tokens.prompt, at: moment)
        accounts[key, default: Account()].output.resume(tokens.output, at: moment)
    }

    /// Counts a request that has arrived.
    ///
    /// - Returns: The limit that is used up, if one is; the request is then not counted.
    package mutating func arrive(_ key: String, _ limits: KeyLimits, at moment: LimitMoment) -> Standing? {
        let used = standings(of: key, limits, at: moment).first { $0.name.hasPrefix("requests") && $0.remaining <= 0 }
        if used == nil { accounts[key, default: Account()].requests.add(1, at: moment) }
        return used
    }

    /// Begins a request to a model, and reserves its tokens.
    ///
    /// A request whose tokens are more than a whole limit begins when nothing of the limit is used: otherwise it never
    /// could.
    ///
    /// - Returns: The limit that has not enough left, if one has not; nothing is then reserved.
    package mutating func begin(_ key: String, _ limits: KeyLimits, _ tokens: Tokens, at moment: LimitMoment) -> Standing? {
        for standing in standings(of: key, limits, at: moment) {
            let amount =
                switch standing.name {
                case "concurrent_requests": 1
                case let name where name.hasPrefix("prompt"): tokens.prompt
                case let name where name.hasPrefix("output"): tokens.output
                default: 0
                }
            let needed = min(amount, standing.limit)
            guard amount == 0 || standing.remaining >= needed else { return wait(for: needed - standing.remaining, standing, of: key, at: moment) }
        }
        accounts[key, default: Account()].running += 1
        accounts[key, default: Account()].reserved.prompt += tokens.prompt
        accounts[key, default: Account()].reserved.output += tokens.output
        return nil
    }

    /// Ends a request: what it has reserved is free again, and what it has used is charged.
    package mutating func end(_ key: String, reserved: Tokens, used: Tokens, at moment: LimitMoment) {
        guard var account = accounts[key] else { return }
        account.running -= 1
        account.reserved.prompt -= reserved.prompt
        account.reserved.output -= reserved.output
        account.prompt.add(used.prompt, at: moment)
        account.output.add(used.output, at: moment)
        accounts[key] = account
    }

    /// Returns how far the limits of a key are used, without those of pulls.
    package mutating func standings(of key: String, _ limits: KeyLimits, at moment: LimitMoment) -> [Standing] {
        var account = accounts[key] ?? Account()
        account.forget(at: moment)
        accounts[key] = account.isIdle ? nil : account
        let minutes: [(String, Int?, SlidingCount, Int)] = [
            ("requests_per_minute", limits.requestsPerMinute, account.requests, 0),
            ("prompt_tokens_per_minute", limits.promptTokensPerMinute, account.prompt, account.reserved.prompt),
            ("output_tokens_per_minute", limits.outputTokensPerMinute, account.output, account.reserved.output),
        ]
        let days: [(String, Int?, SlidingCount, Int)] = [
            ("requests_per_day", limits.requestsPerDay, account.requests, 0),
            ("prompt_tokens_per_day", limits.promptTokensPerDay, account.prompt, account.reserved.prompt),
            ("output_tokens_per_day", limits.outputTokensPerDay, account.output, account.reserved.output),
        ]
        var standings: [Standing] = []
        for (name, limit, count, reserved) in minutes {
            guard let limit else { continue }
            let reset = count.minute > 0 ? count.wait(for: 1, at: moment) : .zero
            standings.append(Standing(name: name, limit: limit, remaining: limit - count.minute - reserved, reset: reset))
        }
        for (name, limit, count, reserved) in days {
            guard let limit else { continue }
            standings.append(Standing(name: name, limit: limit, remaining: limit - count.today - reserved, reset: moment.restOfDay))
        }
        if let limit = limits.concurrentRequests {
            standings.append(Standing(name: "concurrent_requests", limit: limit, remaining: limit - account.running, reset: .zero))
        }
        return standings
    }

    /// Returns the standing with the time until enough is left, as far as it is known: running requests end at an
    /// unknown time.
    private func wait(for missing: Int, _ standing: Standing, of key: String, at moment: LimitMoment) -> Standing {
        guard standing.name.hasSuffix("minute"), let account = accounts[key] else { return standing }
        let count = standing.name.hasPrefix("prompt") ? account.prompt : account.output
        return Standing(
            name: standing.name, limit: standing.limit, remaining: standing.remaining,
            reset: count.minute >= missing ? count.wait(for: missing, at: moment) : .seconds(1))
    }
}
