namespace Bartizan.Sandbox.Clients;

/// <summary>A file that is generated for a client.</summary>
/// <param name="InsidePath">Its absolute path inside.</param>
/// <param name="Content">Its text.</param>
/// <param name="Writable">True when the client rewrites it; else it is read-only inside.</param>
public sealed record ClientFile(string InsidePath, string Content, bool Writable);
