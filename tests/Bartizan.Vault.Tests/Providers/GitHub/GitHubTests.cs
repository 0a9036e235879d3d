using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Tests.Providers.GitHub;

public sealed class GitHubTests
{
    [Fact]
    public async Task A_token_for_the_named_repositories_and_permissions_is_lent_and_goes_with_its_session()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var house = Open(there);

        var token = await house.UseAsync("gh");

        there.Tokens[token].Repositories.ShouldBe(["shop", "docs"]);
        there
            .Bodies.Single()
            .ShouldBe("""{"repositories":["shop","docs"],"permissions":{"contents":"read","issues":"write"}}""");
        var claims = there.Claims.Single();
        ((string?)claims["iss"]).ShouldBe(OwnGitHub.App);
        ((long)claims["iat"]!).ShouldBe(house.Clock.GetUtcNow().ToUnixTimeSeconds() - 60);
        ((long)claims["exp"]! - (long)claims["iat"]!).ShouldBe(600);
        house.Log.ShouldContain(one =>
            one.Contains("issued: a token for shop, docs, with contents:read, issues:write, metadata:read, until ")
        );
        (JsonSerializer.Serialize(house.All) + string.Join('\n', house.Log)).ShouldNotContain(token);

        house.Lender.Close(house.Session);

        await house.GoneAsync(() => there.Tokens.Count == 0);
        there.Wire.Asked.ShouldContain("DELETE /installation/token");
    }

    [Theory]
    [InlineData("pem base64")]
    [InlineData("pkcs1 base64")]
    [InlineData("pkcs8 base64")]
    public async Task The_apps_key_is_one_line_of_the_vault(string form)
    {
        await using var there = await OwnGitHub.StartAsync();
        var line = form switch
        {
            "pem base64" => Line(Encoding.ASCII.GetBytes(there.Key.ExportRSAPrivateKeyPem())),
            "pkcs1 base64" => Line(there.Key.ExportRSAPrivateKey()),
            _ => Line(there.Key.ExportPkcs8PrivateKey()),
        };
        await using var house = Open(there, line);

        (await house.UseAsync("gh")).ShouldStartWith("ghs_");
    }

    [Fact]
    public async Task A_key_that_is_none_says_so_and_nothing_of_itself()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var words = Open(there, "not a key, at all!");
        (await words.RefusedAsync("gh")).ShouldContain("is no PEM, and no base64 of one");
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var other = Open(there, Line(ec.ExportPkcs8PrivateKey()));
        (await other.RefusedAsync("gh")).ShouldContain("is no RSA key");
        using var small = RSA.Create(1024);
        await using var weak = Open(there, Line(small.ExportPkcs8PrivateKey()));
        (await weak.RefusedAsync("gh")).ShouldContain("has fewer than 2048 bits");
        there.Wire.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_is_issued_anew_after_half_an_hour_and_the_one_before_is_revoked()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var house = Open(there);
        var first = await house.UseAsync("gh");

        house.Clock.Advance(TimeSpan.FromMinutes(29));
        (await house.UseAsync("gh")).ShouldBe(first);
        house.Clock.Advance(TimeSpan.FromMinutes(1));

        var second = await house.UseAsync("gh");
        second.ShouldNotBe(first);
        await house.PassAsync(() => there.Tokens.Count == 1);
    }

    [Fact]
    public async Task What_a_manifest_lends_for_less_than_an_hour_is_revoked_then()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var house = Open(there);
        house.Sources[1] = house.Sources[1] with { Ttl = TimeSpan.FromMinutes(10) };
        house.Open();
        var first = await house.UseAsync("gh");

        house.Clock.Advance(TimeSpan.FromMinutes(10));

        await house.PassAsync(() => there.Tokens.Count == 0);
        (await house.UseAsync("gh")).ShouldNotBe(first);
    }

    [Theory]
    [InlineData("all", "is for every repository of the installation")]
    [InlineData("repository", "reaches the repository `payroll`")]
    [InlineData("permission", "has the permission `contents: write`")]
    [InlineData("other permission", "has the permission `administration: read`")]
    [InlineData("unknown level", "has the permission `issues: owner`")]
    [InlineData("life", "counts for more than an hour")]
    public async Task A_token_that_is_wider_than_was_asked_is_a_finding_and_is_revoked_and_not_lent(
        string how,
        string expected
    )
    {
        await using var there = await OwnGitHub.StartAsync();
        there.GivesAll = how == "all";
        there.MoreRepository = how == "repository" ? "payroll" : null;
        there.MorePermission = how switch
        {
            "permission" => ("contents", "write"),
            "other permission" => ("administration", "read"),
            "unknown level" => ("issues", "owner"),
            _ => null,
        };
        there.Life = TimeSpan.FromHours(how == "life" ? 8 : 1);
        await using var house = Open(there);

        (await house.RefusedAsync("gh")).ShouldContain(expected);

        there.Tokens.ShouldBeEmpty();
        house.Entries.Single(one => one.Kind == EntryKind.Finding).Detail.ShouldBe("wider-credential high 1");
        house.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_kill_the_next_start_revokes_what_stands_in_the_book()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var house = Open(there);
        await house.UseAsync("gh");
        house.Crash();
        there.Tokens.Count.ShouldBe(1);
        there.Wire.Quota = 4;

        house.Loans.Sweep();

        await house.PassAsync(() => there.Tokens.Count == 0 && house.All.Count == 0);
    }

    [Fact]
    public async Task A_token_that_somebody_revoked_there_is_gone()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var house = Open(there);
        await house.UseAsync("gh");
        there.RevokeAll();

        house.Lender.Close(house.Session);

        await house.PassAsync(() => house.All.Count == 0);
        house.Loans.Pending.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_answer_leaves_a_token_for_an_hour_and_the_next_use_has_another()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var house = Open(there);
        there.Wire.Lost = ($"/app/installations/{OwnGitHub.Installation}/access_tokens", 1);

        (await house.RefusedAsync("gh")).ShouldContain("was lost");

        house.Clock.Advance(TimeSpan.FromSeconds(1));
        await house.UseAsync("gh");
        house.Lender.Close(house.Session);
        await house.GoneAsync(() => there.Tokens.Count == 1);
        house.Clock.Advance(TimeSpan.FromHours(1));
        there.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repository_that_the_installation_does_not_have_is_refused_there()
    {
        await using var there = await OwnGitHub.StartAsync();
        there.Repositories.Remove("docs");
        await using var house = Open(there);

        (await house.RefusedAsync("gh")).ShouldContain("refused it (422): There is at least one repository");

        there.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_manifests_rules_need_is_what_github_is_asked_for()
    {
        await using var there = await OwnGitHub.StartAsync();
        var manifest = ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: triage
            environment: production
            providers:
              hub: { kind: github, url: "{{there.Wire.Url.GetLeftPart(
                UriPartial.Authority
            )}}", auth: { app: {{OwnGitHub.App}} }, with: own }
            credentials:
              own: { from: vault:hub/key }
              gh: { from: "provider:hub/installations/{{OwnGitHub.Installation}}#token" }
            rules:
              - allow: http GET {{there.Wire.Url}}repos/acme/Shop/issues/**
                with: gh
                why: It reads them.
              - ask: http POST {{there.Wire.Url}}repos/ACME/{shop,docs}/issues/*/comments
                with: gh
                why: It answers.
              - allow: http GET {{there.Wire.Url}}repos/acme/docs/contents/**
                with: gh
                why: It looks things up.
            """,
            "agent.yaml",
            _ => null
        );
        manifest.Errors.ShouldBeEmpty();
        await using var house = Open(there, null, manifest.Manifest!.Credentials["gh"]);

        var token = await house.UseAsync("gh");

        there
            .Bodies.Single()
            .ShouldBe("""{"repositories":["docs","Shop"],"permissions":{"contents":"read","issues":"write"}}""");
        there.Tokens[token].Repositories.ShouldBe(["docs", "Shop"]);
        there.MayUseIssues(token, "payroll", isWrite: false).ShouldBeFalse();

        there.MoreRepository = "payroll";
        house.Clock.Advance(TimeSpan.FromMinutes(31));
        (await house.RefusedAsync("gh")).ShouldContain("reaches the repository `payroll`, which wasn't asked for");
        house.Entries.Single(one => one.Kind == EntryKind.Finding).Detail.ShouldBe("wider-credential high 1");
    }

    [Fact]
    public async Task Nothing_is_asked_for_where_the_rules_bound_nothing()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var house = Open(
            there,
            null,
            new("gh", CredentialOrigin.Provider, $"hub/installations/{OwnGitHub.Installation}#token")
        );

        (await house.RefusedAsync("gh")).ShouldContain("isn't asked for a token of every repository");

        there.Bodies.ShouldBeEmpty();
    }

    private static string Line(byte[] bytes) => Convert.ToBase64String(bytes);

    private static ProvidedHouse Open(OwnGitHub there, string? key = null, CredentialSource? source = null)
    {
        var house = new ProvidedHouse(
            new CredentialProvider
            {
                Name = "hub",
                Kind = ProviderKind.GitHub,
                Url = there.Wire.Url,
                Credential = "own",
                Settings = ImmutableSortedDictionary
                    .Create<string, string>(StringComparer.Ordinal)
                    .Add("auth.app", OwnGitHub.App),
            },
            [
                new("own", CredentialOrigin.Vault, "hub/key"),
                source
                    ?? new("gh", CredentialOrigin.Provider, $"hub/installations/{OwnGitHub.Installation}#token")
                    {
                        Parameters = ImmutableSortedDictionary
                            .Create<string, string>(StringComparer.Ordinal)
                            .Add("repositories", "shop docs")
                            .Add("permissions", "contents:read, issues:write"),
                    },
            ],
            ("hub/key", key ?? Line(there.Key.ExportRSAPrivateKey()))
        );
        there.Clock = house.Clock;
        return house;
    }
}
