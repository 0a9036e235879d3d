using System.Net.Sockets;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>How a dial ended: with a socket, or with a sentence.</summary>
internal readonly record struct Dialed(DialEnd End, Socket? Socket, string Problem)
{
    public static Dialed Failed(DialEnd end, string problem) => new(end, null, problem);

    /// <summary>What the log says of it.</summary>
    public Outcome ToOutcome() => new(End == DialEnd.AddressRefused ? OutcomeKind.Cut : OutcomeKind.Failed, Problem);

    /// <summary>What the agent reads of it.</summary>
    public byte[] ToAnswer() => End == DialEnd.AddressRefused ? Answers.Refused(Problem) : Answers.Failed(End, Problem);
}
