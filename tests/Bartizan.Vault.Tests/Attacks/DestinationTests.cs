using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests.Attacks;

/// <summary>A value that is bound to hosts, and the ways to have it sent elsewhere.</summary>
public sealed class DestinationTests : IDisposable
{
    private readonly OneVault _one = new();
    private readonly List<string> _used = [];
    private readonly VaultLoans _loans;
    private readonly CredentialLender _lender;
    private readonly SessionId _session = SessionId.New();

    public DestinationTests()
    {
        _loans = new VaultLoans(_one.Vault, _one, _one.Clock, _used.Add);
        _lender = new CredentialLender(_loans);
        _one.Set("a/b", "sk-one", new VaultTerms { Hosts = ["api.github.com:443", "127.0.0.1:8080"] });
        _lender.Open(
            _session,
            "triage",
            ImmutableDictionary<string, CredentialSource>.Empty.Add(
                "key",
                new CredentialSource("key", CredentialOrigin.Vault, "a/b")
            ),
            "/",
            new Dictionary<string, string>()
        );
    }

    public void Dispose()
    {
        _lender.Dispose();
        _loans.Dispose();
        _one.Dispose();
    }

    [Theory]
    [InlineData("https://api.github.com/repos")]
    [InlineData("https://API.GitHub.com:443/")]
    [InlineData("http://127.0.0.1:8080/")]
    public async Task It_is_lent_for_its_hosts(string to)
    {
        (await ReadAsync(to)).ShouldBe("sk-one");
        (await ReadAsync(to)).ShouldBe("sk-one");
        _used.ShouldBe(["vault:a/b@1"]);
    }

    [Theory]
    [InlineData("https://api.github.com:8443/")]
    [InlineData("http://api.github.com/")]
    [InlineData("http://api.github.com:443/")]
    [InlineData("https://api.github.com.evil.example/")]
    [InlineData("https://evil.example/?api.github.com:443")]
    [InlineData("https://api.github.com@evil.example/")]
    [InlineData("https://www.api.github.com/")]
    [InlineData("http://127.0.0.2:8080/")]
    [InlineData("http://127.0.0.1:80/")]
    [InlineData("ftp://api.github.com:443/")]
    [InlineData(null)]
    public async Task It_is_lent_for_no_other_before_and_after_a_lease_began(string? to)
    {
        await RefusedAsync(to);
        _one.Entries.ShouldBeEmpty();
        await ReadAsync("https://api.github.com/");

        await RefusedAsync(to);

        using var lease = await _lender.LendAsync(_session, "key", new Uri("https://api.github.com/"), default);
        lease.Apply(value => value.ToString().ShouldBe("sk-one"));
        _one.Entries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_rotation_that_narrows_the_hosts_narrows_the_leases_of_before()
    {
        await ReadAsync("https://api.github.com/");
        _one.Vault.Write("a/b", "sk-two"u8, new VaultTerms { Hosts = ["other.example:443"] }, TimeSpan.FromMinutes(15));

        await RefusedAsync("https://api.github.com/");
        await RefusedAsync("https://other.example/");
    }

    [Fact]
    public void Its_hosts_are_sealed_with_it_and_read_back()
    {
        var again = _one.Again();
        using var opening = again.Unlock(_one.Key, _one.Known, false);
        again.Open(opening);

        again.TermsOf("a/b")!.Hosts.ShouldBe(["api.github.com:443", "127.0.0.1:8080"]);
        OneVault.Read(_one.Vault, "a/b", to: new Uri("https://api.github.com")).ShouldBe("sk-one");
    }

    [Theory]
    [InlineData("api.github.com", "api.github.com:443")]
    [InlineData("API.github.com:8443", "api.github.com:8443")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("api.github.com:0", null)]
    [InlineData("api.github.com:65536", null)]
    [InlineData("*.github.com", null)]
    [InlineData("https://api.github.com", null)]
    [InlineData("a b", null)]
    [InlineData("", null)]
    public void A_host_has_one_spelling(string text, string? read) => VaultHost.Read(text).ShouldBe(read);

    private async Task RefusedAsync(string? to) =>
        (
            await Should.ThrowAsync<CredentialUnavailableException>(async () =>
                await _lender.LendAsync(_session, "key", to is null ? null : new Uri(to), default)
            )
        ).Message.ShouldNotContain("sk-one");

    private async Task<string> ReadAsync(string to)
    {
        var text = "";
        using var lease = await _lender.LendAsync(_session, "key", new Uri(to), default);
        lease.Apply(value => text = value.ToString());
        return text;
    }
}
