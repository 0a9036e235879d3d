using Bartizan.Gateway.Tools.Clients;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>One server's part of a session with all of them.</summary>
/// <param name="Part">Its MCP session; null when it gives none.</param>
/// <param name="Said">What it said of itself, when it was opened just now; else empty.</param>
internal readonly record struct PartOpening(ClientSession? Part, ReadOnlyMemory<byte> Said);
