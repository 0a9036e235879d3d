using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>A client's message that can be read in one way only.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="Message">Its outside.</param>
/// <param name="Call">Its parameters; null for an answer.</param>
/// <param name="Stateless">True when it is of the stateless era.</param>
internal sealed record Posted(ReadOnlyMemory<byte> Body, Message Message, CallParams? Call, bool Stateless)
{
    /// <summary>True when it needs an MCP session that is open.</summary>
    public bool IsOfSession => !Stateless && Message.Method != Methods.Initialize;
}
