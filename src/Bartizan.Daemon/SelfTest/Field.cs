using System.Net;

namespace Bartizan.Daemon.SelfTest;

/// <summary>Where the cases of a run play: the proxy inside, the canaries outside.</summary>
/// <param name="Http">The canary's port that answers HTTP.</param>
/// <param name="Tunnel">The canary's port that listens.</param>
/// <param name="TunnelSix">The same on ::1; 0 on a host without IPv6.</param>
/// <param name="Deaf">The canary's port that never reads.</param>
/// <param name="Web">True when the canary could have port 80 too.</param>
/// <param name="Tls">True when the canary could have port 443 too.</param>
/// <param name="Token">The session's token.</param>
internal sealed record Field(int Http, int Tunnel, int TunnelSix, int Deaf, bool Web, bool Tls, string Token)
{
    /// <summary>The egress proxy inside.</summary>
    public const int Proxy = 3128;

    /// <summary>Loopback inside, where every listener is.</summary>
    public const string Loopback = "127.0.0.1";

    /// <summary>An address that nobody has (RFC 5737): a packet to it shows a route and reaches nobody.</summary>
    public const string Nowhere = "203.0.113.9";

    /// <summary>The host that the manifest allows. Private by its name's standard, so that it may lead to loopback.</summary>
    public const string Canary = "canary.test";

    /// <summary>A host that the manifest doesn't name, and that the resolver would lead to the canary.</summary>
    public const string Denied = "denied.test";

    /// <summary>Names below it the manifest allows, and they must not lead inside.</summary>
    public string Guarded { get; init; } = "guarded.example";

    /// <summary>Rules beside those of the self-test, for tests of itself.</summary>
    public string MoreRules { get; init; } = "";

    /// <summary>A host of which the manifest allows one method on one path.</summary>
    public const string Narrow = "narrow.test";

    /// <summary>A host that the manifest allows and whose address changes.</summary>
    public const string Changing = "changing.test";

    /// <summary>Where the canaries are: an address of loopback that nothing else uses.</summary>
    public static IPAddress Address { get; } = IPAddress.Parse("127.57.0.1");

    /// <summary>The second address of the one that changes.</summary>
    public static IPAddress Second { get; } = IPAddress.Parse("127.57.0.2");

    /// <summary>The manifest of the self-test's session.</summary>
    public string Manifest =>
        FormattableString.Invariant(
            $"""
            apiVersion: bartizan/v1
            agent: self-test
            version: 1
            owner: bartizan
            description: Tries to get out of its sandbox.
            environment: development
            rules:
              - allow: http * http://{Canary}:{Http}/**
                why: The canary, in the clear.
              - allow: http * http://{Canary}:80/**
                why: The canary, captured.
              - allow: connect {Canary}:{Tunnel}
                why: The canary, through a tunnel.
              - allow: connect {Canary}:{Deaf}
                why: The canary that never reads.
              - allow: connect {Canary}:443
                why: The canary, where TLS is expected.
              - allow: http GET http://{Narrow}:{Http}/open/**
                why: One method, one path.
              - allow: http * http://{Changing}:{Http}/**
                why: A host whose address changes.
              - allow: http * http://*.{Guarded}:{Http}/**
                why: Names that lead inside.
            {MoreRules}
            """
        );

    /// <summary>A request in absolute form, with whatever fields are given.</summary>
    public string Get(string host, string path, string fields = "", string method = "GET") =>
        FormattableString.Invariant(
            $"{method} http://{host}:{Http}{path} HTTP/1.1\r\nHost: {host}:{Http}\r\n{fields}\r\n"
        );

    /// <summary>A request for a tunnel.</summary>
    public static string Connect(string authority) => $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n";
}
