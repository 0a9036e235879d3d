using Bartizan.Core.Manifests;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Git;

namespace Bartizan.Gateway.Tests.Egress.Git;

/// <summary>What is asked of the forwarder so that the host's shell, OpenSSH or another reader takes it for something else.</summary>
public sealed class GitAttackTests
{
    [Theory]
    [InlineData("git-upload-pack /forge/acme/site", "acme/site")]
    [InlineData("git-upload-pack /forge/acme/site.git", "acme/site")]
    [InlineData("git-receive-pack /forge/acme/.github", "acme/.github")]
    [InlineData("git-upload-pack /forge/~me/a_b-c.d", "~me/a_b-c.d")]
    public void A_path_is_read_as_the_one_that_is_asked_for(string line, string repository)
    {
        var request = Parse(GitLine.Of(line)).ShouldNotBeNull();
        (request.Host, request.Repository).ShouldBe(("forge", repository));
    }

    [Theory]
    [InlineData("rm -rf /forge/acme/site")]
    [InlineData("git-upload-pack")]
    [InlineData("git-upload-pack  /forge/acme/site")]
    [InlineData("git-upload-archive /forge/acme/site")]
    [InlineData("git-shell /forge/acme/site")]
    [InlineData("git upload-pack /forge/acme/site")]
    [InlineData("git-upload-pack --upload-pack=/bin/sh /forge/acme/site")]
    [InlineData("git-upload-pack /forge")]
    [InlineData("git-upload-pack /forge/")]
    [InlineData("git-upload-pack /forge//acme/site")]
    [InlineData("git-upload-pack /forge/../acme/site")]
    [InlineData("git-upload-pack /forge/acme/../secret")]
    [InlineData("git-upload-pack /forge/acme/./site")]
    [InlineData("git-upload-pack /forge/--upload-pack=x/site")]
    [InlineData("git-upload-pack /forge/-acme")]
    [InlineData("git-upload-pack /forge/acme/site'")]
    [InlineData("git-upload-pack /forge/acme/site';id;'")]
    [InlineData("git-upload-pack /forge/acme/$(id)")]
    [InlineData("git-upload-pack /forge/acme/`id`")]
    [InlineData("git-upload-pack /forge/acme/a b")]
    [InlineData("git-upload-pack /forge/acme/a%20b")]
    [InlineData("git-upload-pack /forge/acme/a\\b")]
    [InlineData("git-upload-pack /forge/acme/a\nb")]
    [InlineData("git-upload-pack /forge/acme/site/")]
    [InlineData("git-upload-pack /forge/acme/.git")]
    [InlineData("git-receive-pack /forge/acme/site.git.git")]
    [InlineData("git-receive-pack /forge/acme/site/.git")]
    [InlineData("git-receive-pack /forge/acme/site/.git/.git")]
    [InlineData("git-receive-pack /forge/acme/site.GIT")]
    [InlineData("git-receive-pack /forge/acme.git/site")]
    [InlineData("git-upload-pack forge/acme/site")]
    [InlineData("git-upload-pack ext::sh -c id")]
    public void What_can_be_read_otherwise_is_no_request(string line) => Parse(GitLine.Of(line)).ShouldBeNull();

    [Theory]
    [InlineData("git-upload-pack /forge/acme/site\0host=x\0\0version=2\0", 2)]
    [InlineData("git-upload-pack /forge/acme/site\0host=x\0\0version=1\0", 1)]
    [InlineData("git-upload-pack /forge/acme/site\0host=x\0", 0)]
    [InlineData("git-upload-pack /forge/acme/site\0", 0)]
    public void The_version_is_one_of_three(string line, int version) =>
        Parse(GitLine.Raw(line)).ShouldNotBeNull().Version.ShouldBe(version);

    [Theory]
    [InlineData("git-upload-pack /forge/acme/site\0host=x\0\0version=2 -o ProxyCommand=id\0")]
    [InlineData("git-upload-pack /forge/acme/site\0host=x\0\0version=2\0more=1\0")]
    [InlineData("git-upload-pack /forge/acme/site\0host=x\0\0GIT_TRACE=1\0")]
    [InlineData("git-upload-pack /forge/acme/site\0other=x\0")]
    [InlineData("git-upload-pack /forge/acme/site\0host=x\0\0version=2")]
    public void What_stands_behind_the_path_is_known_or_refused(string line) => Parse(GitLine.Raw(line)).ShouldBeNull();

    /// <summary>What is refused is told in Git's words, recorded, and nothing is asked or dialed for it.</summary>
    [Theory]
    [InlineData("git-upload-archive /forge/acme/site")]
    [InlineData("git-upload-pack /forge/acme/$(id)")]
    [InlineData("git-upload-pack /other/acme/site")]
    public async Task What_is_refused_reaches_nobody(string line)
    {
        await using var house = House("allow: tool forge/fetch");
        (await house.AskAsync(GitLine.Of(line)))[4..].ShouldStartWith("ERR bartizan: ");
        (await house.Host.RefusalAsync()).Target!.ShouldStartWith("unreadable.invalid");
        house.Network.Asked.ShouldBeEmpty();
        house.Network.Dialed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("0004")]
    [InlineData("0fffx")]
    [InlineData("0x33git-upload-pack")]
    public async Task A_length_that_is_none_is_refused(string line)
    {
        await using var house = House("allow: tool forge/fetch");
        (await house.AskAsync(line)).ShouldContain("ERR bartizan: it is no request of Git's protocol");
        house.Network.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_drips_is_ended()
    {
        await using var house = EgressHouse.WithGit(
            Forge(),
            ["allow: tool forge/fetch"],
            new EgressOptions { HeadWithin = TimeSpan.FromSeconds(2) }
        );
        using var wire = await house.WireAsync();
        await wire.SendAsync("0033git-upload");
        (await wire.RestAsync()).ShouldNotBeNull().ShouldContain("came too slowly");
    }

    /// <summary>The host's name is resolved and vetted here, as every other name is.</summary>
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("fe80::1")]
    public async Task A_host_that_leads_where_nothing_is_dialed_is_refused(string address)
    {
        await using var house = House("allow: tool forge/fetch");
        house.Network.Name("git.example", address);
        (await house.AskAsync(GitLine.Of("git-upload-pack /forge/acme/site"))).ShouldContain("leads to");
        house.Network.Dialed.ShouldBeEmpty();
    }

    /// <summary>Without a Git host of the manifest there is no forwarder, whatever is asked.</summary>
    [Fact]
    public async Task A_manifest_without_a_git_host_forwards_nothing()
    {
        await using var house = new EgressHouse("allow: tool **");
        (await house.AskAsync(GitLine.Of("git-upload-pack /forge/acme/site"))).ShouldContain("no such Git host");
        house.Network.Asked.ShouldBeEmpty();
    }

    private static GitRequest? Parse(string line) =>
        GitRequest.Parse(System.Text.Encoding.Latin1.GetBytes(line), out _);

    private static EgressHouse House(string rule) => EgressHouse.WithGit(Forge(), [rule]);

    private static GitHost Forge() =>
        new()
        {
            Name = "forge",
            Url = new Uri("ssh://git@git.example/"),
            HostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH7uz5fM0JxJxkKdqoe3C6TqRkqZJ9bRrFQkGQxkSb5A",
            Credential = "git-key",
        };
}
