using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Leases;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;
using Bartizan.Vault.Tests.Providers.Hashi;

namespace Bartizan.Vault.Tests.Providers;

/// <summary>A session with a provider of any kind: our own vault, a log, a book, and a clock that goes by.</summary>
internal sealed class ProvidedHouse : IJournal, ILeaseBook<ProviderRecord>, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<ProviderRecord> _book = [];
    private readonly KeyBytes _key = KeyBytes.Random(SealedBox.KeyBytes);
    private VaultLoans _ours;

    /// <summary>Opens it; the credentials of the vault are of the session's agent alone, and bound to the provider's host.</summary>
    public ProvidedHouse(
        CredentialProvider terms,
        IEnumerable<CredentialSource> sources,
        params (string Path, string Value)[] kept
    )
    {
        Terms = terms;
        Vault = new SealedVault(new MemoryDisk(), Clock);
        Vault.Create(new VaultLock { Kind = LockKind.KeyFile, Place = "k" }, _key);
        foreach (var (path, value) in kept)
        {
            Vault.Write(
                path,
                Encoding.UTF8.GetBytes(value),
                new VaultTerms { Agents = ["triage"], Hosts = [VaultHost.Read(terms.Url.Authority)!] },
                null
            );
        }

        Sources.AddRange(sources);
        _ours = new VaultLoans(Vault, this, Clock);
        Loans = null!;
        Lender = null!;
        Start();
        Open();
    }

    public CredentialProvider Terms { get; set; }

    public ManualClock Clock { get; } = new();

    public SealedVault Vault { get; }

    public ProviderLoans Loans { get; private set; }

    public CredentialLender Lender { get; private set; }

    public SessionId Session { get; private set; }

    public List<CredentialSource> Sources { get; } = [];

    public bool IsLogFull { get; set; }

    public bool IsBookFull { get; set; }

    public bool IsVaultFull { get; set; }

    /// <summary>What a person does between the use of a refresh token and the writing of the next.</summary>
    public Action? BeforeWrite { get; set; }

    public IReadOnlyCollection<ProviderRecord> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _book];
            }
        }
    }

    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    public IReadOnlyList<string> Log => [.. Entries.Select(e => $"{e.Target} {e.Detail}: {e.Reason} {e.Credential}")];

    public void Open()
    {
        Session = SessionId.New();
        Lender.Open(
            Session,
            "triage",
            Sources.ToImmutableDictionary(one => one.Name, StringComparer.Ordinal),
            "/",
            new Dictionary<string, string>(),
            ImmutableDictionary<string, CredentialProvider>.Empty.Add(Terms.Name, Terms)
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

    /// <summary>As after a kill: nothing is revoked, and another instance has the same book.</summary>
    public void Crash() => Start();

    /// <summary>What the vault has now at a path.</summary>
    public IReadOnlyList<string> Kept(string path)
    {
        List<string> values = [];
        Vault.Compare(path, value => values.Add(value.ToString()));
        return values;
    }

    public Task GoneAsync(Func<bool> there) =>
        ProviderHouse.UntilAsync(() => there() && All.Count == 0, "nothing stands there any more");

    /// <summary>Lets the clock go until something holds.</summary>
    public Task PassAsync(Func<bool> holds) =>
        ProviderHouse.UntilAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromMilliseconds(100));
                return holds();
            },
            "it went on"
        );

    public void Add(ProviderRecord record)
    {
        lock (_lock)
        {
            if (IsBookFull)
            {
                throw new IOException("the disk is full");
            }

            _book.Add(record);
        }
    }

    public void Remove(ProviderRecord record)
    {
        lock (_lock)
        {
            _book.RemoveAll(one => one.Id == record.Id);
        }
    }

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

    public async ValueTask DisposeAsync()
    {
        Lender.Dispose();
        var ending = Loans.DisposeAsync().AsTask();
        Clock.Advance(TimeSpan.FromSeconds(10));
        await ending;
        Vault.Dispose();
        _key.Dispose();
    }

    private void Start()
    {
        _ours = new VaultLoans(Vault, this, Clock);
        Loans = new ProviderLoans(this, this, Clock, Vault) { WriteAsync = WriteAsync };
        Lender = new CredentialLender(_ours, null, Loans);
    }

    private Task<bool> WriteAsync(string path, int used, Secret value)
    {
        if (IsVaultFull)
        {
            throw new IOException("the disk is full");
        }

        BeforeWrite?.Invoke();
        int? number = null;
        value.Use(text => number = Vault.WriteNext(path, used, Encoding.UTF8.GetBytes(text.ToString())));
        return Task.FromResult(number is not null);
    }
}
