using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>Git hosts, as files say them, and two of them compared.</summary>
public sealed class GitSectionTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH7uz5fM0JxJxkKdqoe3C6TqRkqZJ9bRrFQkGQxkSb5A";

    private const string Rule =
        "  - allow: tool forge/fetch\n    args: { repository: { glob: acme/* } }\n    why: Code.\n";

    [Theory]
    [InlineData("ssh://git@git.example/", 22, "/")]
    [InlineData("ssh://git@git.example", 22, "/")]
    [InlineData("ssh://git@git.example:2222/srv/git", 2222, "/srv/git/")]
    [InlineData("ssh://git@10.0.0.1/srv/git/", 22, "/srv/git/")]
    public void An_address_is_read(string url, int port, string folder)
    {
        var load = Load(url, Key, Rule);
        load.Errors.ShouldBeEmpty();
        load.Warnings.ShouldBeEmpty();
        var host = load.Manifest!.Git["forge"];
        (host.Port, host.Folder, host.User, host.HostKeyAlgorithms).ShouldBe((port, folder, "git", "ssh-ed25519"));
    }

    [Theory]
    [InlineData("https://git@git.example/")]
    [InlineData("ssh://git.example/")]
    [InlineData("ssh://-oProxyCommand=id@git.example/")]
    [InlineData("ssh://git:password@git.example/")]
    [InlineData("ssh://git@-oProxyCommand=id/")]
    [InlineData("ssh://git@Git.example/")]
    [InlineData("ssh://git@git.example/srv/../root")]
    [InlineData("ssh://git@git.example/a'b/")]
    [InlineData("ssh://git@git.example/a%20b/")]
    [InlineData("ssh://git@git.example//srv/")]
    [InlineData("ssh://git@git.example/?x")]
    public void An_address_that_can_be_read_otherwise_is_an_error(string url) =>
        Load(url, Key, Rule).Errors.ShouldNotBeEmpty();

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3MAAACBAP")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIH7uz5fM0JxJxkKdqoe3C6TqRkqZJ9bRrFQkGQxkSb5A")]
    [InlineData(Key + " git@example")]
    [InlineData("* " + Key)]
    [InlineData("@cert-authority * " + Key)]
    public void A_host_key_is_one_key_of_a_kind_that_is_taken(string key) =>
        Load("ssh://git@git.example/", key, Rule).Errors.ShouldNotBeEmpty();

    [Fact]
    public void A_host_that_no_rule_opens_is_told() =>
        Load("ssh://git@git.example/", Key, "  - allow: tool other/x\n    why: Other.\n")
            .Warnings.ShouldContain(w =>
                w.Message.Contains("no rule allows `fetch` or `push`", StringComparison.Ordinal)
            );

    [Theory]
    [InlineData("ssh://root@git.example/")]
    [InlineData("ssh://git@other.example/")]
    [InlineData("ssh://git@git.example/srv/")]
    public void Another_address_is_more(string url)
    {
        var (one, other) = (Load("ssh://git@git.example/", Key, Rule).Manifest!, Load(url, Key, Rule).Manifest!);

        NarrowingProof.Of(one, other, Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(other, one, Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(other, other, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    private static ManifestLoad Load(string url, string key, string rules) =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            environment: development
            git:
              forge: { url: "{{url}}", host_key: "{{key}}", with: key }
            credentials:
              key: { from: "vault:forge/key" }
            rules:
            """
                + "\n"
                + rules,
            "agent.yaml",
            _ => null
        );
}
