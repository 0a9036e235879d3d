using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>What rules need of a GitHub App's token, and what a manifest says beside them.</summary>
public sealed class GitHubNeedsTests
{
    private const string Api = "https://api.github.com";

    [Theory]
    [InlineData("GET https://api.github.com/repos/acme/shop/issues/**", "shop", "issues:read")]
    [InlineData("* https://api.github.com/repos/acme/shop/issues/**", "shop", "issues:write")]
    [InlineData("POST https://api.github.com/repos/acme/{shop,docs}/issues/*/comments", "docs shop", "issues:write")]
    [InlineData("HEAD https://api.github.com/repos/acme/shop/contents/**", "shop", "contents:read")]
    [InlineData("PUT https://api.github.com/repos/acme/shop/contents/**", "shop", "contents:write")]
    [InlineData(
        "PUT https://api.github.com/repos/acme/shop/contents/.github/workflows/**",
        "shop",
        "contents:write workflows:write"
    )]
    [InlineData("GET https://api.github.com/repos/acme/shop", "shop", "metadata:read")]
    [InlineData("PATCH https://api.github.com/repos/acme/shop", "shop", "administration:write")]
    [InlineData("GET https://api.github.com/repos/acme/shop/tags", "shop", "metadata:read")]
    [InlineData("GET https://api.github.com/repos/acme/shop/pulls/**", "shop", "pull_requests:read")]
    [InlineData("PUT https://api.github.com/repos/acme/shop/pulls/*/merge", "shop", "contents:write")]
    [InlineData("* https://api.github.com/repos/acme/shop/pulls/**", "shop", "contents:write pull_requests:write")]
    [InlineData("POST https://api.github.com/repos/acme/shop/pulls/**", "shop", "pull_requests:write")]
    [InlineData("GET https://api.github.com/repos/acme/shop/commits/*", "shop", "contents:read")]
    [InlineData("GET https://api.github.com/repos/acme/shop/commits/*/check-runs", "shop", "checks:read")]
    [InlineData("GET https://api.github.com/repos/acme/shop/actions/secrets/**", "shop", "secrets:read")]
    [InlineData("POST https://api.github.com/repos/acme/shop/actions/workflows/*/dispatches", "shop", "actions:write")]
    [InlineData("POST https://api.github.com/repos/acme/shop/statuses/*", "shop", "statuses:write")]
    [InlineData("POST https://api.github.com/repos/acme/shop/hooks", "shop", "repository_hooks:write")]
    [InlineData("DELETE https://api.github.com/repos/acme/shop/releases/**", "shop", "contents:write")]
    [InlineData("POST https://uploads.github.com/repos/acme/shop/releases/*/assets", "shop", "contents:write")]
    [InlineData("POST https://github.com/acme/shop.git/git-upload-pack", "shop", "contents:read")]
    [InlineData("POST https://github.com/acme/shop.git/git-receive-pack", "shop", "contents:write")]
    [InlineData("GET https://raw.githubusercontent.com/acme/shop/main/**", "shop", "contents:read")]
    public void A_rule_that_names_its_repositories_bounds_the_token(
        string rule,
        string repositories,
        string permissions
    )
    {
        var load = Load("", Rule(rule));

        load.Errors.ShouldBeEmpty();
        load.Warnings.ShouldBeEmpty();
        var asked = load.Manifest!.Credentials["k"].Parameters;
        asked["repositories"].ShouldBe(repositories);
        asked["permissions"].ShouldBe(permissions);
    }

    [Fact]
    public void All_rules_together_need_the_most_of_each()
    {
        var load = Load(
            "",
            Rule($"GET {Api}/repos/acme/shop/issues/**"),
            Rule($"PATCH {Api}/repos/ACME/Shop/issues/*"),
            Rule($"GET {Api}/repos/acme/docs/contents/**")
        );

        load.Errors.ShouldBeEmpty();
        load.Manifest!.Credentials["k"].Parameters["repositories"].ShouldBe("docs shop");
        load.Manifest.Credentials["k"].Parameters["permissions"].ShouldBe("contents:read issues:write");
    }

    [Theory]
    [InlineData("GET https://api.github.com/**", "names no repository")]
    [InlineData("GET https://api.github.com/repos/**", "names no repository")]
    [InlineData("GET https://api.github.com/repos/acme/**", "names no repository")]
    [InlineData("GET https://api.github.com/repos/acme/*/issues", "names repositories by `*`")]
    [InlineData("GET https://api.github.com/repos/acme/shop-*/issues", "names repositories by `shop-*`")]
    [InlineData("GET https://api.github.com/orgs/acme/repos", "names no repository")]
    [InlineData("POST https://api.github.com/graphql", "names no repository")]
    [InlineData("GET https://api.github.com/repositories/1/issues", "names no repository")]
    [InlineData("GET https://api.example.com/repos/acme/shop/issues", "isn't this GitHub's")]
    [InlineData("GET https://api.github.com:8443/repos/acme/shop/issues", "isn't this GitHub's")]
    [InlineData("GET https://*.github.com/repos/acme/shop/issues", "isn't this GitHub's")]
    [InlineData("GET https://api.github.com.evil.example/repos/acme/shop/issues", "isn't this GitHub's")]
    public void A_rule_that_leaves_them_open_is_an_error_and_in_development_a_warning(string rule, string why)
    {
        var load = Load("", Rule(rule));
        load.Errors.ShouldContain(e =>
            e.Message.Contains("every repository of the installation", StringComparison.Ordinal)
            && e.Message.Contains(why, StringComparison.Ordinal)
            && e.Message.Contains(rule, StringComparison.Ordinal)
        );

        var tried = Tried("", Rule(rule));
        tried.Errors.ShouldBeEmpty();
        tried.Warnings.ShouldContain(w => w.Message.Contains(why, StringComparison.Ordinal));
        tried.Manifest!.Credentials["k"].Parameters.ShouldNotContainKey("repositories");
    }

    [Theory]
    [InlineData("GET https://api.github.com/repos/acme/shop/**")]
    [InlineData("GET https://api.github.com/repos/acme/shop/*/1")]
    [InlineData("GET https://api.github.com/repos/acme/shop/something/new")]
    [InlineData("GET https://api.github.com/repos/acme/shop/environments/*/secrets")]
    [InlineData("GET https://github.com/acme/shop.git/**")]
    public void Paths_that_nobody_has_a_permission_for_bound_none(string rule)
    {
        var load = Load("", Rule(rule));
        load.Errors.ShouldContain(e =>
            e.Message.Contains("what its token may do", StringComparison.Ordinal)
            && e.Message.Contains("permissions aren't known", StringComparison.Ordinal)
        );

        var said = Load("permissions: \"contents:read\"", Rule(rule));
        said.Errors.ShouldBeEmpty();
        said.Manifest!.Credentials["k"].Parameters["repositories"].ShouldBe("shop");
    }

    [Fact]
    public void Two_owners_are_no_one_installation() =>
        Load("", Rule($"GET {Api}/repos/acme/shop/issues"), Rule($"GET {Api}/repos/other/shop/issues"))
            .Errors.ShouldContain(e => e.Message.Contains("an installation has one owner", StringComparison.Ordinal));

    [Fact]
    public void What_a_server_is_given_is_not_bounded()
    {
        var servers = "servers:\n  s: { url: \"https://mcp.example/mcp\", with: k }\n";
        var load = Load("", Rule($"GET {Api}/repos/acme/shop/issues") + servers);

        load.Errors.ShouldContain(e => e.Message.Contains("the server `s` is given it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("shop", "issues:read", "")]
    [InlineData("SHOP", "issues:read", "")]
    [InlineData("shop", "issues:read metadata:read", "")]
    [InlineData("shop docs", "issues:read", "wider than its rules: no rule uses the repository `docs`")]
    [InlineData("shop", "issues:write", "wider than its rules: no rule uses `issues:write`, `issues:read` is enough")]
    [InlineData("shop", "issues:read contents:read", "wider than its rules: no rule uses `contents:read`")]
    [InlineData("docs", "issues:read", "fails at GitHub: `repositories` of `k` doesn't name `shop`")]
    [InlineData("shop", "contents:read", "it needs `issues:read`, which `permissions` of `k` doesn't name")]
    public void What_is_written_is_compared_with_the_rules(string repositories, string permissions, string expected)
    {
        var load = Load(
            $"repositories: \"{repositories}\", permissions: \"{permissions}\"",
            Rule($"GET {Api}/repos/acme/shop/issues")
        );

        load.Errors.ShouldBeEmpty();
        if (expected.Length == 0)
        {
            load.Warnings.ShouldBeEmpty();
        }
        else
        {
            load.Warnings.ShouldContain(w => w.Message.Contains(expected, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("issues:write")]
    [InlineData("pull_requests:write")]
    public void Where_github_takes_either_either_is_right(string permissions) =>
        Load(
            $"repositories: shop, permissions: \"{permissions}\"",
            Rule($"POST {Api}/repos/acme/shop/issues/*/comments")
        )
            .Warnings.ShouldBeEmpty();

    [Fact]
    public void A_wildcard_still_tells_which_repositories_no_rule_uses()
    {
        var load = Load(
            "repositories: \"shop-a payroll\", permissions: \"issues:read\"",
            Rule($"GET {Api}/repos/acme/shop-*/issues")
        );

        load.Warnings.Select(w => w.Message)
            .ShouldBe(["the token of `k` is wider than its rules: no rule uses the repository `payroll`"]);
    }

    [Theory]
    [InlineData("https://ghe.example/api/v3", "https://ghe.example/api/v3/repos/acme/shop/issues", "issues:read")]
    [InlineData("https://ghe.example/api/v3", "https://ghe.example/acme/shop.git/info/refs", "contents:read")]
    [InlineData(
        "https://ghe.example/api/v3",
        "https://ghe.example/api/uploads/repos/acme/shop/releases",
        "contents:read"
    )]
    [InlineData("https://ghe.example/api/v3", "https://ghe.example/api/v3/user", null)]
    [InlineData("https://ghe.example/api/v3", "https://api.github.com/repos/acme/shop/issues", null)]
    [InlineData("https://api.acme.ghe.com", "https://acme.ghe.com/acme/shop.git/info/refs", "contents:read")]
    [InlineData("https://api.acme.ghe.com", "https://api.github.com/repos/acme/shop/issues", null)]
    public void Another_github_has_its_own_places(string url, string rule, string? permissions)
    {
        var load = In("production", "", Rule($"GET {rule}"), $", url: \"{url}\"");

        load.Errors.IsEmpty.ShouldBe(permissions is not null);
        load.Manifest?.Credentials["k"].Parameters["permissions"].ShouldBe(permissions);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "repositories: \"Shop docs\", permissions: \"issues:write contents:read\"", true)]
    [InlineData("repositories: shop, permissions: \"issues:read\"", "", true)]
    [InlineData("repositories: \"shop docs\", permissions: \"issues:read\"", "", false)]
    [InlineData("repositories: shop, permissions: \"issues:write\"", "", false)]
    [InlineData("repositories: shop, permissions: \"issues:read contents:read\"", "", false)]
    [InlineData("", "repositories: docs, permissions: \"issues:read\"", false)]
    [InlineData("", "repositories: shop, permissions: \"contents:write\"", false)]
    [InlineData("repositories: \"shop\\ndocs\", permissions: \"issues:read\"", "repositories: shop", false)]
    [InlineData("permissions: \"issues:admin\"", "permissions: \"issues:write\"", false)]
    [InlineData("permissions: \"issues:write\"", "permissions: \"issues:admin\"", true)]
    [InlineData("permissions: \"metadata:read\"", "permissions: \"issues:read\"", true)]
    [InlineData("permissions: \"metadata:write\"", "permissions: \"issues:read\"", false)]
    public void Two_manifests_are_compared_by_what_is_asked_for(string first, string second, bool narrower)
    {
        var rule = Rule($"GET {Api}/repos/acme/shop/issues");
        var (a, b) = (Tried(first, rule), Tried(second, rule));
        if (a.Manifest is null || b.Manifest is null)
        {
            narrower.ShouldBeFalse();
            return;
        }

        NarrowingProof
            .Of(a.Manifest, b.Manifest, Rules.Now)
            .Answer.ShouldBe(narrower ? NarrowingAnswer.Proved : NarrowingAnswer.Refuted);
    }

    [Fact]
    public void What_is_not_bounded_is_never_proved_to_be_less()
    {
        var wide = Tried("", Rule($"GET {Api}/repos/acme/*/issues")).Manifest!;
        var named = Tried(
            "repositories: shop, permissions: \"issues:read\"",
            Rule($"GET {Api}/repos/acme/*/issues")
        ).Manifest!;

        NarrowingProof.Of(wide, named, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
        NarrowingProof.Of(named, wide, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Fact]
    public void A_child_that_leaves_them_out_is_compared_by_its_own_rules()
    {
        var parent = Load(
            "repositories: shop, permissions: \"issues:read\"",
            Rule($"GET {Api}/repos/acme/{{shop,docs}}/issues")
        ).Manifest!;
        var child = Load("", Rule($"GET {Api}/repos/acme/shop/issues")).Manifest!;
        var more = Load("", Rule($"GET {Api}/repos/acme/{{shop,docs}}/issues")).Manifest!;

        NarrowingProof.Of(child, parent, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(more, parent, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Theory]
    [InlineData(
        "http * https://api.github.com/repos/acme/payroll/**",
        "GET https://api.github.com/repos/acme/**",
        true
    )]
    [InlineData(
        "http * https://api.github.com/repos/acme/payroll/**",
        "GET https://api.github.com/repos/*/shop/**",
        false
    )]
    [InlineData(
        "http * https://api.github.com/repos/acme/payroll/**",
        "GET https://api.github.com/repos/acme/shop/**",
        false
    )]
    [InlineData(
        "http * https://api.github.com/repos/*/*/actions/**",
        "GET https://api.github.com/repos/acme/**",
        false
    )]
    [InlineData("http * https://api.github.com/orgs/**", "GET https://api.github.com/**", false)]
    [InlineData("http * https://api.github.com/repos/ACME/Shop/**", "GET https://api.github.com/repos/*/shop/**", true)]
    [InlineData(
        "http POST https://api.github.com/repos/acme/payroll/**",
        "GET https://api.github.com/repos/acme/**",
        false
    )]
    [InlineData(
        "http * https://api.github.com/repos/acme/payroll/pulls",
        "GET https://api.github.com/repos/acme/*/issues",
        false
    )]
    [InlineData("http * https://github.com/acme/payroll.git/**", "GET https://github.com/**", true)]
    public void A_denial_by_name_that_capitals_pass_is_told(string denied, string allowed, bool isTold)
    {
        var deny = $"  - deny: {denied}\n    why: A test.\n";
        var load = Load("repositories: x, permissions: \"issues:read\"", Rule(allowed) + deny);

        load.Warnings.Any(w => w.Message.Contains("takes names in any case", StringComparison.Ordinal))
            .ShouldBe(isTold);
    }

    private static string Rule(string rule) => $"  - allow: http {rule}\n    with: k\n    why: A test.\n";

    private static ManifestLoad Load(string parameters, params string[] rules) =>
        In("production", parameters, string.Concat(rules));

    private static ManifestLoad Tried(string parameters, string rules) => In("development", parameters, rules);

    private static ManifestLoad In(string environment, string parameters, string rules, string url = "") =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: tried
            environment: {{environment}}
            providers:
              hub: { kind: github, auth: { app: Iv1 }, with: own{{url}} }
            credentials:
              own: { from: vault:hub/key }
              k: { from: "provider:hub/installations/7#token"{{(
                parameters.Length == 0 ? "" : $", params: {{ {parameters} }}"
            )}} }
            rules:
            {{rules}}
            """,
            "agent.yaml",
            _ => null
        );
}
