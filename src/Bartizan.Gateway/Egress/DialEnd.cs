namespace Bartizan.Gateway.Egress;

/// <summary>All the ways an attempt to reach the other side ends.</summary>
internal enum DialEnd
{
    /// <summary>An address of the answer may not be dialed; none was.</summary>
    AddressRefused = 0,

    /// <summary>The name has no address, or the resolver failed.</summary>
    NotResolved,

    /// <summary>No address that was tried took the connection.</summary>
    Unreachable,

    /// <summary>Too slow.</summary>
    TimedOut,

    /// <summary>There.</summary>
    Connected,
}
