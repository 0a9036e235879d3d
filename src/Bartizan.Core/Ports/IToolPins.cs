using System.Collections.Immutable;
using Bartizan.Core.Pins;

namespace Bartizan.Core.Ports;

/// <summary>
/// What of one session's tool servers may be used as it is: what a person has seen. What isn't, is recorded as a finding before
/// the answer comes.
/// </summary>
public interface IToolPins
{
    /// <summary>Grows whenever what was seen is read anew; what was judged before is judged again.</summary>
    long Edition { get; }

    /// <summary>Judges a server's list, tool by tool; null stands for one that can't be read.</summary>
    /// <exception cref="IOException">When what was found can't be recorded. The caller denies.</exception>
    ValueTask<ImmutableArray<PinVerdict>> JudgeAsync(
        string server,
        IReadOnlyList<ToolDefinition?> listed,
        CancellationToken cancellationToken
    );

    /// <summary>Judges what a server says of itself.</summary>
    /// <exception cref="IOException">When what was found can't be recorded. The caller denies.</exception>
    ValueTask<PinVerdict> JudgeAsync(string server, ServerIdentity? identity, CancellationToken cancellationToken);
}
