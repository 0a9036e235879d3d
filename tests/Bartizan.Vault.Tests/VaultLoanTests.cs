using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests;

public sealed class VaultLoanTests : IDisposable
{
    private readonly OneVault _one = new();
    private readonly VaultLoans _loans;
    private readonly CredentialLender _lender;
    private readonly SessionId _session = SessionId.New();

    public VaultLoanTests()
    {
        _loans = new VaultLoans(_one.Vault, _one, _one.Clock);
        _lender = new CredentialLender(_loans);
        _one.Set("a/b", "sk-one");
        Open(_session);
    }

    public void Dispose()
    {
        _lender.Dispose();
        _loans.Dispose();
        _one.Dispose();
    }

    [Fact]
    public async Task A_lease_is_an_entry_by_its_handle_and_never_by_its_value()
    {
        (await ReadAsync()).ShouldBe("sk-one");
        (await ReadAsync()).ShouldBe("sk-one");

        var entry = _one.Entries.ShouldHaveSingleItem();
        (entry.Kind, entry.Credential, entry.Detail, entry.Session).ShouldBe(
            (EntryKind.Vault, "vault:a/b@1", "lent", _session)
        );
        entry.ToString().ShouldNotContain("sk-one");
    }

    [Fact]
    public async Task What_can_not_be_recorded_is_not_lent()
    {
        _one.IsFull = true;

        await Should.ThrowAsync<IOException>(async () => await _lender.LendAsync(_session, "key", null, default));

        _one.IsFull = false;
        (await ReadAsync()).ShouldBe("sk-one");
    }

    [Fact]
    public async Task A_lease_ends_with_its_time_and_the_next_is_another_entry()
    {
        await ReadAsync();
        using var underWay = await _lender.LendAsync(_session, "key", null, default);
        _one.Clock.Now += TimeSpan.FromMinutes(15);

        await ReadAsync();

        _one.Entries.Count.ShouldBe(2);
        underWay.Apply(value => value.ToString().ShouldBe("sk-one"));
    }

    [Fact]
    public async Task A_lease_that_began_before_a_rotation_holds_for_the_grace_and_a_new_one_begins_with_the_new_value()
    {
        await ReadAsync();
        _one.Rotate("a/b", "sk-two", TimeSpan.FromMinutes(5));
        var other = SessionId.New();
        Open(other);

        (await ReadAsync()).ShouldBe("sk-one");
        (await ReadAsync(other)).ShouldBe("sk-two");
        _one.Clock.Now += TimeSpan.FromMinutes(5);
        (await ReadAsync()).ShouldBe("sk-two");
    }

    [Fact]
    public async Task A_revoked_credential_ends_its_leases_at_once()
    {
        using var lease = await _lender.LendAsync(_session, "key", null, default);

        _loans.End("a/b", _one.Vault.Revoke("a/b", null));

        Should.Throw<ObjectDisposedException>(() => lease.Apply(_ => { }));
        (
            await Should.ThrowAsync<CredentialUnavailableException>(async () =>
                await _lender.LendAsync(_session, "key", null, default)
            )
        ).Message.ShouldContain("was revoked");
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("rotated")]
    [InlineData("sealed")]
    public async Task What_ends_a_credential_while_its_lease_begins_ends_the_lease(string what)
    {
        _one.Meanwhile = () =>
        {
            _one.Meanwhile = null;
            switch (what)
            {
                case "revoked":
                    _loans.End("a/b", _one.Vault.Revoke("a/b", null));
                    break;
                case "rotated":
                    _one.Rotate("a/b", "sk-two", TimeSpan.Zero);
                    break;
                default:
                    _one.Vault.Seal();
                    _loans.EndAll();
                    break;
            }
        };

        await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(_session, "key", null, default)
        );

        if (what == "rotated")
        {
            (await ReadAsync()).ShouldBe("sk-two");
        }
    }

    [Fact]
    public async Task A_session_that_is_over_has_no_lease_and_gets_none()
    {
        using var lease = await _lender.LendAsync(_session, "key", null, default);

        _lender.Close(_session);

        Should.Throw<ObjectDisposedException>(() => lease.Apply(_ => { }));
        await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(_session, "key", null, default)
        );
    }

    [Fact]
    public async Task To_compare_with_is_every_value_that_is_kept_and_no_use()
    {
        _one.Rotate("a/b", "sk-two", TimeSpan.FromMinutes(5));
        var seen = new List<string>();

        await _lender.CompareAsync(_session, "key", value => seen.Add(value.ToString()), default);

        seen.ShouldBe(["sk-one", "sk-two"]);
        _one.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_that_isnt_named_is_lent_nothing()
    {
        _one.Set("c/d", "sk-other", new VaultTerms { Agents = ["billing"] });
        var session = SessionId.New();
        Open(session, "c/d");

        await Should.ThrowAsync<CredentialUnavailableException>(async () =>
            await _lender.LendAsync(session, "key", null, default)
        );
        _one.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_ttl_beyond_all_time_is_one_for_the_session()
    {
        var session = SessionId.New();
        Open(session, ttl: TimeSpan.MaxValue);

        (await ReadAsync(session)).ShouldBe("sk-one");
        _one.Entries[^1].Reason.ShouldBe("for the session");
    }

    private void Open(SessionId session, string path = "a/b", TimeSpan? ttl = null) =>
        _lender.Open(
            session,
            "triage",
            ImmutableDictionary<string, CredentialSource>.Empty.Add(
                "key",
                new CredentialSource("key", CredentialOrigin.Vault, path) { Ttl = ttl ?? TimeSpan.FromMinutes(15) }
            ),
            "/",
            new Dictionary<string, string>()
        );

    private async Task<string> ReadAsync(SessionId? session = null)
    {
        var text = "";
        using var lease = await _lender.LendAsync(session ?? _session, "key", null, default);
        lease.Apply(value => text = value.ToString());
        return text;
    }
}
