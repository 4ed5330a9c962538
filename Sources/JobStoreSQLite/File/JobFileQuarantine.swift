import Foundation

/// Sets a damaged database file aside, with its companion files.
enum JobFileQuarantine {
    /// The name for a file that is set aside: `jobs.db.corrupt-20260102T030405.678Z`.
    static func name(for path: String, at date: Date) -> String {
        var date = date
        while FileManager.default.fileExists(atPath: "\(path).corrupt-\(FileTime.text(date))") { date += 0.001 }
        return "\(path).corrupt-\(FileTime.text(date))"
    }

    /// Sets the file and its companions aside and puts another file in its place.
    ///
    /// The damaged file keeps its name until the new one replaces it. So a jobs.db exists at every moment, even if the
    /// process is killed. The old write-ahead log is moved first, because SQLite would apply it to the new file. Before
    /// that, the new file gets a name that tells the next start to complete the exchange: without its log, a damaged
    /// file may look sound.
    ///
    /// - Parameters:
    ///   - path: The damaged file.
    ///   - replacement: A complete file in the same folder; `nil` leaves no file at `path`.
    ///   - quarantine: The name for the damaged file.
    /// - Throws: `RoostError` with code `insufficientSpace` or `fileSystem`.
    static func exchange(_ path: String, with replacement: String?, quarantine: String) throws {
        let companions = try DurableFile.companions.filter { try DurableFile.size(of: path + $0) != nil }
        do {
            for suffix in [""] + companions { try DurableFile.addName(quarantine + suffix, to: path + suffix) }
            try DurableFile.flushFolder(of: path)
        } catch {
            DurableFile.discard(quarantine)
            throw error
        }
        if let replacement {
            try DurableFile.copyOwner(of: path, to: replacement)
            try DurableFile.move(replacement, to: successor(of: path))
            try DurableFile.flushFolder(of: path)
            try finishExchange(of: path)
        } else {
            for suffix in companions { try DurableFile.remove(path + suffix) }
            try DurableFile.remove(path)
            try DurableFile.flushFolder(of: path)
        }
    }

    /// Completes an exchange that a killed process began; has no effect if there is none.
    ///
    /// - Parameter path: The database file. No connection to it may be open.
    /// - Throws: `RoostError` with code `fileSystem`.
    static func finishExchange(of path: String) throws {
        guard try DurableFile.size(of: successor(of: path)) != nil else { return }
        for suffix in DurableFile.companions { try DurableFile.remove(path + suffix) }
        try DurableFile.move(successor(of: path), to: path)
        try DurableFile.flushFolder(of: path)
    }

    private static func successor(of path: String) -> String { path + ".successor" }
}
