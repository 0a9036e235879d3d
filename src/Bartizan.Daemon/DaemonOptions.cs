using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Daemon;

/// <summary>How an instance is made. Everything but the home has the value of a normal instance.</summary>
public sealed record DaemonOptions
{
    /// <summary>The state directory.</summary>
    public required string Home { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Resolves names that were allowed; null for the system's resolver. The demo and tests bring their own.</summary>
    public Func<HostName, CancellationToken, ValueTask<ImmutableArray<IPAddress>>>? Resolve { get; init; }

    /// <summary>Where the daemon says what happens to it; never content.</summary>
    public Action<string> Say { get; init; } = _ => { };
}
