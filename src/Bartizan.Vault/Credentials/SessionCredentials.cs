using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;

namespace Bartizan.Vault.Credentials;

/// <summary>What one session may be lent.</summary>
internal sealed class SessionCredentials : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ImmutableDictionary<string, CredentialSource> _sources;
    private readonly string _manifestDirectory;
    private readonly Dictionary<string, Secret> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Stamp, Secret Secret)> _files = new(StringComparer.Ordinal);
    private readonly List<Secret> _replaced = [];
    private bool _disposed;

    public SessionCredentials(
        string agent,
        ImmutableDictionary<string, CredentialSource> sources,
        string manifestDirectory,
        IReadOnlyDictionary<string, string> variables
    )
    {
        Agent = agent;
        _sources = sources;
        _manifestDirectory = manifestDirectory;

        // Only what the manifest names is kept; whatever else the command sent isn't.
        foreach (var source in sources.Values.Where(source => source.Origin == CredentialOrigin.Variable))
        {
            if (variables.TryGetValue(source.Locator, out var value) && value.Length > 0)
            {
                _variables[source.Locator] = new Secret(value);
            }
        }
    }

    /// <summary>The agent's name.</summary>
    public string Agent { get; }

    /// <summary>Where relative paths start.</summary>
    public string Folder => _manifestDirectory;

    /// <summary>All of them.</summary>
    public IEnumerable<CredentialSource> Sources => _sources.Values;

    /// <summary>The manifest's providers.</summary>
    public ImmutableDictionary<string, CredentialProvider> Providers { get; init; } =
        ImmutableDictionary<string, CredentialProvider>.Empty;

    /// <summary>What the manifest says of a credential.</summary>
    public CredentialSource SourceOf(string name) =>
        _sources.TryGetValue(name, out var source)
            ? source
            : throw new CredentialUnavailableException(
                $"credential `{name}` isn't in the manifest: add it under `credentials:`"
            );

    public Lease Lend(CredentialSource source)
    {
        lock (_lock)
        {
            return _disposed
                ? throw new CredentialUnavailableException($"credential `{source.Name}`: the session has ended")
                : new Lease(source.Name, Find(source));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (
                var secret in _variables.Values.Concat(_files.Values.Select(file => file.Secret)).Concat(_replaced)
            )
            {
                secret.Dispose();
            }
        }
    }

    private Secret Find(CredentialSource source) =>
        source.Origin switch
        {
            CredentialOrigin.Variable => _variables.TryGetValue(source.Locator, out var secret)
                ? secret
                : throw new CredentialUnavailableException(
                    $"credential `{source.Name}`: the variable `{source.Locator}` isn't set where the agent was started: set it and start again"
                ),
            CredentialOrigin.File => FindFile(source),
            CredentialOrigin.Identity => throw new CredentialUnavailableException(
                $"credential `{source.Name}` is the agent's identity, and this instance signs none: `bartizan identity` says why"
            ),
            CredentialOrigin.Provider => throw new CredentialUnavailableException(
                $"credential `{source.Name}` comes from a provider, and this instance has none"
            ),
            _ => throw new CredentialUnavailableException(
                $"credential `{source.Name}` comes from the vault, and this instance has none"
            ),
        };

    private Secret FindFile(CredentialSource source)
    {
        var path = Path.GetFullPath(source.Locator, _manifestDirectory);
        var stamp = CredentialFile.Stamp(path);
        if (_files.TryGetValue(source.Name, out var known) && known.Stamp == stamp)
        {
            return known.Secret;
        }

        // A rotated file is read again; leases on the old secret stay good until they are given back.
        var secret = CredentialFile.Read(source.Name, path);
        if (known.Secret is not null)
        {
            _replaced.Add(known.Secret);
        }

        _files[source.Name] = (stamp, secret);
        return secret;
    }
}
