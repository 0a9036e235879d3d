namespace Bartizan.Gateway.Egress;

/// <summary>Through which listener a connection came.</summary>
internal enum Entrance
{
    /// <summary>None; nothing is served.</summary>
    Unknown = 0,

    /// <summary>The explicit proxy of one sandbox: HTTP, or SOCKS5 by the first byte.</summary>
    Proxy,

    /// <summary>Captured cleartext HTTP; the fake address says the name.</summary>
    CaptureHttp,

    /// <summary>Captured TLS; the fake address says the name.</summary>
    CaptureTls,

    /// <summary>Whatever was dialed on any other port; the local address says which host, and which port.</summary>
    CaptureAny,

    /// <summary>The explicit proxy that several agents share; the token says the session.</summary>
    Attached,
}
