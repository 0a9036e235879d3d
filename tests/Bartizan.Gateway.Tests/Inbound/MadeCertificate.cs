using System.Collections.Immutable;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>What stands in a certificate.</summary>
internal sealed record MadeCertificate
{
    public string Subject { get; init; } = "CN=somebody";

    public ImmutableArray<(CertificateName Kind, string Name)> Names { get; init; } = [];

    public DateTimeOffset From { get; init; } = StandingClock.Start.AddDays(-1);

    public DateTimeOffset Until { get; init; } = StandingClock.Start.AddDays(30);

    public string? Use { get; init; } = MadeAuthority.ClientUse;

    public bool IsAuthority { get; init; }

    /// <summary>Authorities that may stand below it; any number unless said.</summary>
    public int? Below { get; init; }

    /// <summary>Bytes that say nothing.</summary>
    public int Ballast { get; init; }
}
