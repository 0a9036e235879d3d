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

namespace Bartizan.Vault.Tests.Providers.Hashi;

/// <summary>A session with a provider: our own vault with its secret id, the test's Vault, a log, a book, and a clock that all go by.</summary>
internal sealed class ProviderHouse : IJournal, ILeaseBook<ProviderRecord>, IAsyncDisposable
{
    public const string Database = "corp/database/creds/reader";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<ProviderRecord> _book = [];
    private readonly KeyBytes _key = KeyBytes.Random(SealedBox.KeyBytes);
    private readonly SealedVault _vault;
    private VaultLoans _ours;

    private ProviderHouse(OwnVault there, CredentialProvider terms)
    {
        (There, Terms) = (there, terms);
        there.Clock = Clock;
        _vault = new SealedVault(new MemoryDisk(), Clock);
        _vault.Create(new VaultLock { Kind = LockKind.KeyFile, Place = "k" }, _key);
        var own = terms.Auth == ProviderAuth.AppRole ? OwnVault.SecretId : OwnVault.Jwt;
        _vault.Write(
            "corp/own",
            Encoding.UTF8.GetBytes(own),
            new VaultTerms { Agents = ["triage"], Hosts = [VaultHost.Read(there.Url.Authority)!] },
            null
        );
        _ours = new VaultLoans(_vault, this, Clock);
        Loans = new ProviderLoans(this, this, Clock, _vault);
        Lender = new CredentialLender(_ours, null, Loans);
        Open();
    }

    public OwnVault There { get; }

    public CredentialProvider Terms { get; }

    public ManualClock Clock { get; } = new();

    public ProviderLoans Loans { get; private set; }

    public CredentialLender Lender { get; private set; }

    public SessionId Session { get; private set; }

    /// <summary>What the session's manifest names.</summary>
    public List<CredentialSource> Sources { get; } =
    [
        new("own", CredentialOrigin.Vault, "corp/own"),
        new("key", CredentialOrigin.Provider, "corp/secret/data/app/model#key"),
        new("user", CredentialOrigin.Provider, $"{Database}#username"),
        new("password", CredentialOrigin.Provider, $"{Database}#password"),
    ];

    public bool IsLogFull { get; set; }

    public bool IsBookFull { get; set; }

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

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Select(e => $"{e.Target} {e.Detail}: {e.Reason} {e.Credential}")];
            }
        }
    }

    public static async Task<ProviderHouse> OpenAsync(
        Func<CredentialProvider, CredentialProvider>? change = null,
        OwnVault? there = null
    )
    {
        there ??= await OwnVault.StartAsync();
        var terms = new CredentialProvider
        {
            Name = "corp",
            Kind = ProviderKind.Vault,
            Url = there.Url,
            Credential = "own",
            Auth = ProviderAuth.AppRole,
            Role = OwnVault.RoleId,
            Mount = "approle",
        };
        return new ProviderHouse(there, change?.Invoke(terms) ?? terms);
    }

    public void Open()
    {
        Session = SessionId.New();
        Lender.Open(
            Session,
            "triage",
            Sources.ToImmutableDictionary(one => one.Name, StringComparer.Ordinal),
            "/",
            new Dictionary<string, string>(),
            ImmutableDictionary<string, CredentialProvider>.Empty.Add("corp", Terms)
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
    public void Crash()
    {
        _ours = new VaultLoans(_vault, this, Clock);
        Loans = new ProviderLoans(this, this, Clock, _vault);
        Lender = new CredentialLender(_ours, null, Loans);
    }

    /// <summary>Waits for what goes on beside the test.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var limit = new CancellationTokenSource(s_patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!holds())
        {
            limit.IsCancellationRequested.ShouldBeFalse($"it never happened that {what}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public Task GoneAsync() =>
        UntilAsync(() => There.Accounts.Count == 0 && All.Count == 0, "nothing stands there any more");

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
            _book.Remove(record);
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
        await There.DisposeAsync();
        _vault.Dispose();
        _key.Dispose();
    }
}
