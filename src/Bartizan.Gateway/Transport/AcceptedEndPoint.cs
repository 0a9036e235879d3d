using System.Net;

namespace Bartizan.Gateway.Transport;

/// <summary>What Kestrel believes it is bound to: nothing of its own, only connections that our listeners accepted.</summary>
internal sealed class AcceptedEndPoint : EndPoint
{
    /// <summary>The only one there is.</summary>
    public static AcceptedEndPoint Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "accepted";
}
