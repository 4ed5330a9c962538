import Foundation

/// What was measured of an engine with some options, in one round.
package struct EngineMeasurement: Sendable, Hashable {
    /// The tokens of a prompt that are read per second.
    package var prompt: Double
    /// The tokens that are generated per second for one request alone.
    package var single: Double
    /// The tokens that are generated per second for eight requests together.
    package var several: Double
    /// The memory that the engine used, in bytes; `nil` if the system does not tell.
    package var memory: Int64?
    /// The texts that it generated without chance.
    package var answers: [String]

    /// Creates a measurement.
    package init(prompt: Double, single: Double, several: Double, memory: Int64? = nil, answers: [String] = []) {
        self.prompt = prompt
        self.single = single
        self.several = several
        self.memory = memory
        self.answers = answers
    }

    /// The three speeds.
    package enum Speed: String, Sendable, Hashable, CaseIterable {
        case prompt, single, several
    }

    subscript(speed: Speed) -> Double {
        switch speed {
        case .prompt: prompt
        case .single: single
        case .several: several
        }
    }

    /// How much better this one is than another: the geometric mean of the ratios of the three speeds. This is what a
    /// calibration maximises.
    func score(beside other: EngineMeasurement) -> Double {
        cbrt(Speed.allCases.reduce(1) { $0 * self[$1] / other[$1] })
    }

    /// Whether every speed is a number that can be compared.
    var isValid: Bool { Speed.allCases.allSatisfy { self[$0].isFinite && self[$0] > 0 } }

    /// The medians of some measurements; the memory is the most that was used.
    static func median(of all: [EngineMeasurement]) -> EngineMeasurement? {
        guard let prompt = all.map(\.prompt).median, let single = all.map(\.single).median, let several = all.map(\.several).median else {
            return nil
        }
        return EngineMeasurement(prompt: prompt, single: single, several: several, memory: all.compactMap(\.memory).max())
    }
}

extension [Double] {
    /// The middle number, or the mean of the two in the middle.
    var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
