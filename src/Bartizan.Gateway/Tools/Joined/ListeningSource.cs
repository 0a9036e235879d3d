using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tools.Clients;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>One server that is listened to where all servers are one.</summary>
/// <param name="Server">The server.</param>
/// <param name="Part">Its MCP session; null in the stateless era.</param>
/// <param name="Body">What asks for the stream; empty within a session, where nothing is said.</param>
/// <param name="Call">The watching of resources, which is an action; null where none are watched.</param>
internal sealed record ListeningSource(
    ToolServer Server,
    ClientSession? Part,
    ReadOnlyMemory<byte> Body,
    PendingCall? Call
);
