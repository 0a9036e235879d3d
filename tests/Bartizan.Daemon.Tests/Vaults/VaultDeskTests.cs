using System.Text;
using Bartizan.Client;
using Bartizan.Client.Vaults;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Vaults;
using Bartizan.Records.Journals;
using Bartizan.Vault;
using Bartizan.Vault.Keys;

namespace Bartizan.Daemon.Tests.Vaults;

public sealed class VaultDeskTests : IAsyncLifetime, IJournal
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-desk-").FullName;
    private readonly List<(string Detail, bool Cancellable)> _entries = [];
    private StateDirectory _state = null!;
    private VaultDesk _desk = null!;
    private bool _isFull;

    public async ValueTask InitializeAsync()
    {
        _state = StateDirectory.Take(_home)!;
        _desk = new VaultDesk(_state, this, RecordedVault.Nothing, TimeProvider.System);
        await AskAsync(
            new VaultRequest
            {
                Verb = VaultVerb.Init,
                Source = VaultKeySource.KeyFile,
                Place = Key,
            }
        );
    }

    public ValueTask DisposeAsync()
    {
        _desk.Dispose();
        _state.Dispose();
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        if (_isFull)
        {
            throw new IOException("the disk is full");
        }

        _entries.Add((entry.Detail!, cancellationToken.CanBeCanceled));
        return ValueTask.FromResult(0L);
    }

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    [Fact]
    public async Task A_change_that_can_not_be_recorded_seals_the_vault()
    {
        _isFull = true;

        await Should.ThrowAsync<ControlException>(() => AskAsync(Write("a/b")));

        _isFull = false;
        (await AskAsync(VaultVerb.Status)).Standing.ShouldBe("sealed");
        (await AskAsync(VaultVerb.Unseal)).Standing.ShouldBe("open");
        _entries[^1].Detail.ShouldStartWith("opened; generation 2 ");
    }

    [Fact]
    public async Task An_opening_that_can_not_be_recorded_opens_nothing()
    {
        await AskAsync(VaultVerb.Seal);
        _isFull = true;

        await Should.ThrowAsync<ControlException>(() => AskAsync(VaultVerb.Unseal));

        (await AskAsync(VaultVerb.Status)).Standing.ShouldBe("sealed");
    }

    [Fact]
    public async Task Who_hangs_up_keeps_no_entry_out_of_the_log()
    {
        await AskAsync(Write("a/b"));
        await AskAsync(new VaultRequest { Verb = VaultVerb.Revoke, Path = "a/b" });
        await AskAsync(VaultVerb.Seal);
        await AskAsync(VaultVerb.Unseal);

        _entries.Select(e => e.Detail.Split(';')[0]).ShouldBe(["made", "set", "revoked", "sealed", "opened"]);
        _entries.ShouldAllBe(e => !e.Cancellable);
    }

    [Fact]
    public async Task A_file_that_was_there_before_is_accepted_by_a_person_only_and_said_only_then()
    {
        var place = Path.Combine(_state.Vault, "sealed");
        var older = await File.ReadAllBytesAsync(place, TestContext.Current.CancellationToken);
        (await AskAsync(new VaultRequest { Verb = VaultVerb.Unseal, AcceptOlder = true })).Says.ShouldContain(
            "already"
        );
        await AskAsync(VaultVerb.Seal);
        await AskAsync(new VaultRequest { Verb = VaultVerb.Unseal, AcceptOlder = true });
        _entries[^1].Detail.ShouldStartWith("opened; ");
        await AskAsync(Write("a/b"));
        await AskAsync(VaultVerb.Seal);
        await File.WriteAllBytesAsync(place, older, TestContext.Current.CancellationToken);

        await Should.ThrowAsync<ControlException>(() => AskAsync(VaultVerb.Unseal));
        _entries[^1].Detail.ShouldBe("not opened");
        await AskAsync(new VaultRequest { Verb = VaultVerb.Unseal, AcceptOlder = true });

        _entries[^1].Detail.ShouldStartWith("opened, an older file accepted; generation 3 ");
    }

    [Fact]
    public void The_keys_place_is_one_that_no_sandbox_is_shown_by_its_real_name_too()
    {
        _desk.KeyPlaces.ShouldBe([Key]);
        var link = Path.Combine(_home, "link");
        Directory.CreateSymbolicLink(link, _home);

        KeyFile
            .PlacesOf(KeyFile.Make(Path.Combine(link, "other.key")).Lock)
            .ShouldBe([Path.Combine(link, "other.key"), Path.Combine(_home, "other.key")]);
    }

    [Fact]
    public async Task Shares_are_forgotten_when_the_vault_is_sealed_and_when_they_are_joined()
    {
        var rekeyed = await AskAsync(
            new VaultRequest
            {
                Verb = VaultVerb.Rekey,
                Source = VaultKeySource.Shares,
                Shares = 3,
                Threshold = 2,
            }
        );
        await AskAsync(VaultVerb.Seal);
        (await AskAsync(Share(rekeyed.NewShares[0]))).Shares[^1].ShouldBe(1);

        await AskAsync(VaultVerb.Seal);

        (await AskAsync(VaultVerb.Status)).Shares[^1].ShouldBe(0);
        await AskAsync(Share(rekeyed.NewShares[0]));
        _isFull = true;
        await Should.ThrowAsync<ControlException>(() => AskAsync(Share(rekeyed.NewShares[1])));
        (await AskAsync(VaultVerb.Status)).Shares[^1].ShouldBe(0);
    }

    [Fact]
    public async Task A_sign_in_is_kept_at_a_free_path_and_at_its_own_again()
    {
        await SignInAsync("tried/refresh");
        await SignInAsync("tried/refresh");

        _desk.RequireSignIn("tried/refresh", "tried", "idp.example:443");
        _entries.Count(e => e.Detail.StartsWith("set;", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Theory]
    [InlineData(new string[0], new string[0])]
    [InlineData(new[] { "tried" }, new string[0])]
    [InlineData(new string[0], new[] { "idp.example:443" })]
    [InlineData(new[] { "tried", "other" }, new[] { "idp.example:443" })]
    [InlineData(new[] { "other" }, new[] { "idp.example:443" })]
    [InlineData(new[] { "tried" }, new[] { "api.example:443" })]
    [InlineData(new[] { "tried" }, new[] { "idp.example:8443" })]
    public async Task A_sign_in_takes_the_place_of_nothing_that_is_for_another_agent_or_host(
        string[] agents,
        string[] hosts
    )
    {
        await AskAsync(Write("a/b") with { Agents = agents, Hosts = hosts });
        var before = _entries.Count;

        Should.Throw<VaultRefusedException>(() => _desk.RequireSignIn("a/b", "tried", "idp.example:443"));
        await Should.ThrowAsync<VaultRefusedException>(() => SignInAsync("a/b"));

        _entries.Count.ShouldBe(before);
    }

    private async Task SignInAsync(string path)
    {
        using var value = new Secret("rt-one");
        await _desk.PutSignedInAsync(path, value, "tried", "idp.example:443", "alice");
    }

    private string Key => Path.Combine(_home, "vault.key");

    private static VaultRequest Write(string path) =>
        new()
        {
            Verb = VaultVerb.Set,
            Path = path,
            Value = "sk-one"u8.ToArray(),
        };

    private static VaultRequest Share(string text) =>
        new() { Verb = VaultVerb.Unseal, Share = Encoding.UTF8.GetBytes(text) };

    private Task<VaultReply> AskAsync(VaultVerb verb) => AskAsync(new VaultRequest { Verb = verb });

    private async Task<VaultReply> AskAsync(VaultRequest request)
    {
        using var hangsUp = new CancellationTokenSource();
        return await _desk.AnswerAsync(request, "alice", hangsUp.Token);
    }
}
