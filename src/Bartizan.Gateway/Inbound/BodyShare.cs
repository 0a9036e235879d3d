using System.Runtime.InteropServices;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Inbound;

/// <summary>One caller's share of the memory for bodies, one way.</summary>
/// <param name="Bodies">Of what.</param>
/// <param name="Turn">Whose.</param>
/// <param name="Way">To the agent, or back.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BodyShare(BodiesInFlight Bodies, CallerTurn Turn, Heading Way)
{
    /// <summary>Takes so many bytes; false when there is no room, and then none.</summary>
    public bool TryTake(long bytes) => Bodies.TryTake(Turn, Way, bytes);

    /// <summary>Gives so many back.</summary>
    public void Give(long bytes) => Bodies.Give(Turn, Way, bytes);
}
