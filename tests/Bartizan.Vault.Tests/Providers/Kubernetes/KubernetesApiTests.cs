using System.Text.Json.Nodes;
using Bartizan.Core.Manifests;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Kubernetes;

public sealed class KubernetesApiTests
{
    private const string Account = "shop/serviceaccounts/reader";

    [Fact]
    public async Task A_token_is_made_for_the_account_the_audience_and_the_time_that_the_manifest_says()
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there);

        var token = await house.UseAsync("token");

        token.ShouldBe(there.Made.Single());
        var spec = there.Server.All.Single().Json!["spec"]!;
        spec["audiences"]!.ToJsonString().ShouldBe($"[\"{OwnKubernetes.Audience}\"]");
        ((long)spec["expirationSeconds"]!).ShouldBe(900);
        spec["boundObjectRef"]!
            .ToJsonString()
            .ShouldBe("""{"apiVersion":"v1","kind":"Pod","name":"agent-1","uid":"u-1"}""");
        house.Log.ShouldContain(one =>
            one.Contains("a token of system:serviceaccount:shop:reader for https://kubernetes.default.svc")
        );
        house.Book.ShouldBeEmpty();
        string.Join('\n', house.Log).ShouldNotContain(token);
        house.Clock.Advance(TimeSpan.FromMinutes(8));
        (await house.UseAsync("token")).ShouldNotBe(token);
    }

    [Fact]
    public async Task A_field_of_a_secret_is_read_and_what_is_no_text_is_none()
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there);

        (await house.UseAsync("password")).ShouldBe("kept-password-of-the-cluster");

        house.Log.ShouldContain(one => one.Contains("issued: version 4711"));
        house.Sources[2] = CloudHouse.Of("bytes", "shop/secrets/database#bytes");
        house.Open();
        (await house.RefusedAsync("bytes")).ShouldContain("has no text `bytes` in the Secret `database` of `shop`");
    }

    [Fact]
    public async Task The_agents_identity_signs_in_where_a_cluster_trusts_the_instance()
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there, identity: "k8s");
        there.Issuer = () => house.PublicKeys;

        (await house.UseAsync("token")).ShouldBe(there.Made.Single());
    }

    [Fact]
    public async Task What_lies_in_the_pods_file_is_read_again_when_it_changes()
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there);
        var file = Path.GetTempFileName();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(file, there.OwnToken(TimeSpan.FromMinutes(1)));
        house.Sources[0] = new("own", CredentialOrigin.File, file);
        house.Open();
        await house.UseAsync("token");
        house.Clock.Advance(TimeSpan.FromMinutes(10));
        (await house.RefusedAsync("password")).ShouldContain("doesn't take what is shown to it: Unauthorized");
        await File.WriteAllTextAsync(file, there.OwnToken(TimeSpan.FromHours(24)));
        house.Clock.Advance(TimeSpan.FromSeconds(5));

        (await house.UseAsync("password")).ShouldBe("kept-password-of-the-cluster");

        File.Delete(file);
    }

    [Theory]
    [InlineData("longer", "longer than the 15 asked for")]
    [InlineData("account", "a token of another than `system:serviceaccount:shop:reader`")]
    [InlineData("audience", "for another audience")]
    [InlineData("unbound", "isn't bound")]
    [InlineData("another", "isn't bound")]
    [InlineData("later", "counts for 75 minutes, which is longer than the 15 asked for")]
    public async Task A_token_that_is_more_than_was_asked_for_is_a_finding_and_not_lent(string what, string expected)
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there);
        there.Longer = what == "longer" ? TimeSpan.FromHours(1) : TimeSpan.Zero;
        there.Instead = what == "account" ? "system:serviceaccount:kube-system:admin" : null;
        there.InsteadFor = what == "audience" ? "https://vault.example" : null;
        there.IsUnbound = what == "unbound";
        there.InsteadOfId = what == "another" ? "u-2" : null;
        there.Later = what == "later" ? TimeSpan.FromHours(1) : TimeSpan.Zero;

        (await house.RefusedAsync("token")).ShouldContain(expected);

        house.Log.ShouldContain(one => one.StartsWith("Finding provider:cloud/shop/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_more_once_is_asked_for_ever_later_however_often_the_agent_wants_it()
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there);
        there.Longer = TimeSpan.FromHours(1);

        for (var second = 0; second < 600; second++)
        {
            (await house.RefusedAsync("token")).ShouldContain("longer than the 15 asked for");
            house.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        // At once, and after one minute, three and seven.
        there.Made.Count.ShouldBe(4);
        (await house.UseAsync("password")).ShouldBe("kept-password-of-the-cluster");
        there.Longer = TimeSpan.Zero;
        house.Clock.Advance(TimeSpan.FromMinutes(8));
        (await house.UseAsync("token")).ShouldBe(there.Made.Last());
    }

    [Fact]
    public async Task What_the_account_may_not_do_is_told_in_the_clusters_words()
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there);
        house.Sources.Add(CloudHouse.Of("other", "kube-system/serviceaccounts/admin#token"));
        house.Open();

        (await house.RefusedAsync("other")).ShouldContain(
            $"forbids it: User \"{OwnKubernetes.Daemon}\" cannot do that"
        );

        there.Made.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_it_has_no_time_for_is_asked_again_and_what_is_lost_or_too_long_is_no_token()
    {
        await using var there = await OwnKubernetes.StartAsync();
        await using var house = Open(there);
        var busy = OwnKubernetes.No(429, "TooManyRequests", "slow down");
        there.Server.Instead.Enqueue(busy with { Fields = new() { ["Retry-After"] = "1" } });
        await house.UseInTimeAsync("token", TimeSpan.FromSeconds(1));
        house.Open();
        there.Server.Lost = 1;
        (await house.RefusedAsync("token")).ShouldContain("was lost");
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        there.Server.Instead.Enqueue(new OwnAnswer(201, new string(' ', ProviderHttp.MaxReplyBytes + 1)));
        (await house.RefusedAsync("token")).ShouldContain("was lost");
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        there.Server.Instead.Enqueue(new OwnAnswer(307, "") { Fields = { ["Location"] = "http://127.0.0.1:1/api" } });
        (await house.RefusedAsync("token")).ShouldContain("sends elsewhere");
        house.Clock.Advance(TimeSpan.FromSeconds(5));
        there.Server.Instead.Enqueue(
            OwnAnswer.Of(new JsonObject { ["status"] = new JsonObject { ["token"] = "opaque" } }, 201)
        );
        (await house.RefusedAsync("token")).ShouldContain("gave no token that can be read");
        house.Clock.Advance(TimeSpan.FromSeconds(5));

        await house.UseAsync("token");
    }

    private static CloudHouse Open(OwnKubernetes there, string? identity = null)
    {
        var clock = there.Clock = new Bartizan.Core.Tests.Enforcement.ManualClock();
        var house = new CloudHouse(
            CloudHouse.Provider(ProviderKind.Kubernetes, there.Url),
            there.OwnToken(TimeSpan.FromHours(24)),
            identity,
            CloudHouse.Of(
                "token",
                $"{Account}#token",
                ("audiences", OwnKubernetes.Audience),
                ("bound", "Pod/agent-1/u-1")
            ) with
            {
                Ttl = TimeSpan.FromMinutes(15),
            },
            CloudHouse.Of("password", "shop/secrets/database#password")
        );
        clock.GetUtcNow().ShouldBe(house.Clock.GetUtcNow());
        there.Clock = house.Clock;
        return house;
    }
}
