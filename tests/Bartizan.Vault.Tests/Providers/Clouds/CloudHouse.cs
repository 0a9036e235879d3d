using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Identity;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Leases;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests.Providers.Clouds;

/// <summary>A session with a cloud: our own vault with what it is signed in to with, identities, a log, a book, and a clock.</summary>
internal sealed class CloudHouse : IJournal, ILeaseBook<ProviderRecord>, IKeyDisk, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly KeyBytes _key = KeyBytes.Random(SealedBox.KeyBytes);
    private readonly SealedVault _vault;
    private readonly IdentityKeys _keys;
    private readonly IdentityLoans _identities;
    private string? _kept;

    /// <summary>Opens one.</summary>
    /// <param name="terms">The provider.</param>
    /// <param name="own">What lies in the vault for it.</param>
    /// <param name="identity">The audience of the identity that is shown instead; null for what lies in the vault.</param>
    /// <param name="sources">What the manifest names of it.</param>
    public CloudHouse(CredentialProvider terms, string own, string? identity, params CredentialSource[] sources)
    {
        Terms = terms with { Name = "cloud", Credential = "own" };
        _vault = new SealedVault(new MemoryDisk(), Clock);
        _vault.Create(new VaultLock { Kind = LockKind.KeyFile, Place = "k" }, _key);
        _vault.Write(
            "cloud/own",
            Encoding.UTF8.GetBytes(own),
            new VaultTerms { Agents = ["triage"], Hosts = [VaultHost.Read(terms.Url.Authority)!] },
            null
        );
        _keys = new IdentityKeys(this, Clock);
        _identities = new IdentityLoans(
            new AgentTokens(_keys, new IdentityPlace("agents.example", "https://id.agents.example"), Clock),
            session => session == Session ? new AgentClaims(session, "triage", "production", "ab12") : null,
            this,
            Clock
        );
        Loans = new ProviderLoans(this, this, Clock);
        Lender = new CredentialLender(new VaultLoans(_vault, this, Clock), _identities, Loans);
        Sources =
        [
            identity is null
                ? new("own", CredentialOrigin.Vault, "cloud/own")
                : new("own", CredentialOrigin.Identity, identity),
            .. sources,
        ];
        Open();
    }

    public CredentialProvider Terms { get; set; }

    public ManualClock Clock { get; } = new();

    public ProviderLoans Loans { get; }

    public CredentialLender Lender { get; }

    public SessionId Session { get; private set; }

    public List<CredentialSource> Sources { get; }

    public bool IsLogFull { get; set; }

    /// <summary>Logins that a crash would have to be cleaned up after.</summary>
    public List<ProviderRecord> Book { get; } = [];

    public IReadOnlyCollection<ProviderRecord> All => Book;

    /// <summary>What verifies the identities.</summary>
    public string PublicKeys => _keys.PublicSet();

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Select(e => $"{e.Kind} {e.Target} {e.Detail}: {e.Reason} {e.Credential}")];
            }
        }
    }

    /// <summary>A source of the cloud.</summary>
    public static CredentialSource Of(string name, string place, params (string Name, string Value)[] parameters) =>
        new(name, CredentialOrigin.Provider, $"cloud/{place}")
        {
            Parameters = parameters.ToImmutableSortedDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal),
        };

    /// <summary>A provider of a kind.</summary>
    public static CredentialProvider Provider(
        ProviderKind kind,
        Uri url,
        params (string Name, string Value)[] settings
    ) =>
        new()
        {
            Name = "cloud",
            Kind = kind,
            Url = url,
            Credential = "own",
            Settings = settings.ToImmutableSortedDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal),
        };

    public void Open()
    {
        Session = SessionId.New();
        Lender.Open(
            Session,
            "triage",
            Sources.ToImmutableDictionary(one => one.Name, StringComparer.Ordinal),
            "/",
            new Dictionary<string, string>(),
            ImmutableDictionary<string, CredentialProvider>.Empty.Add("cloud", Terms)
        );
    }

    public async Task<string> UseAsync(string name)
    {
        using var lease = await Lender.LendAsync(Session, name, null, CancellationToken.None);
        var value = "";
        lease.Apply(text => value = text.ToString());
        return value;
    }

    public async Task<string> RefusedAsync(string name) =>
        (await Should.ThrowAsync<CredentialUnavailableException>(async () => await UseAsync(name))).Message;

    /// <summary>Uses it while the clock goes on: what waits to ask again does.</summary>
    public async Task<string> UseInTimeAsync(string name, TimeSpan waits)
    {
        var using_ = UseAsync(name);
        await Clock.WhenWaitedForAsync(waits);
        Clock.Advance(waits);
        return await using_;
    }

    public void Add(ProviderRecord record) => Book.Add(record);

    public void Remove(ProviderRecord record) => Book.Remove(record);

    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (IsLogFull)
            {
                throw new IOException("the disk is full");
            }

            _entries.Add(entry);
            return ValueTask.FromResult((long)_entries.Count);
        }
    }

    public async ValueTask PostAsync(Entry entry, CancellationToken cancellationToken) =>
        await AppendAsync(entry, cancellationToken);

    public string? Read() => _kept;

    public void Replace(string text) => _kept = text;

    public async ValueTask DisposeAsync()
    {
        Lender.Dispose();
        await Loans.DisposeAsync();
        _identities.Dispose();
        _keys.Dispose();
        _vault.Dispose();
        _key.Dispose();
    }
}
