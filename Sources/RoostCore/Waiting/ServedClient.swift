/// The client for which a task works. Clients take turns where work waits for threads.
package enum ServedClient {
    /// Its name, such as its address; empty for work of the server itself.
    @TaskLocal package static var name = ""
}
