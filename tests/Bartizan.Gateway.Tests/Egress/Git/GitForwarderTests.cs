using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Tests.Egress.Git;

/// <summary>Git by SSH, with a real Git, a real OpenSSH client and a real OpenSSH server; no key on the agent's side.</summary>
public sealed class GitForwarderTests
{
    private const string Fetch = "allow: tool forge/fetch";

    private const string Push = "allow: tool forge/push";

    [Fact]
    public async Task A_repository_is_cloned_and_pushed_without_the_key()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch, Push]);
        using var work = new Folder();

        (await GitAsync("clone", "-q", UrlOf(house, "acme/site.git"), work.Path)).Code.ShouldBe(0);
        (await GitAsync("-C", work.Path, "commit", "-q", "--allow-empty", "-m", "The agent's")).Code.ShouldBe(0);
        var (code, said) = await GitAsync("-C", work.Path, "push", "-q", "origin", "main");

        code.ShouldBe(0, said);
        (await host.TellAsync("acme/site", "log", "--format=%s", "main")).ShouldStartWith("The agent's");
        host.Asked.ShouldContain("git-upload-pack '");
        host.Asked.ShouldContain("git-receive-pack '");
        var outcome = await house.Host.EntryAsync(e =>
            e.Kind == EntryKind.Outcome && e.Target == "forge/push" && e.Outcome == OutcomeKind.Done
        );
        outcome.Usage!.BytesOut.ShouldBeGreaterThan(100);
        var intent = await house.Host.EntryAsync(e => e.Kind == EntryKind.Intent && e.Target == "forge/fetch");
        System.Text.Encoding.UTF8.GetString(intent.Payloads[0].Content.Span).ShouldContain("acme/site");
    }

    [Fact]
    public async Task A_push_that_no_rule_allows_is_told_and_nothing_is_dialed()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch]);
        using var work = new Folder();
        (await GitAsync("clone", "-q", UrlOf(house, "acme/site"), work.Path)).Code.ShouldBe(0);
        var dialed = house.Network.Dialed.Count;

        (await GitAsync("-C", work.Path, "commit", "-q", "--allow-empty", "-m", "x")).Code.ShouldBe(0);
        var (code, said) = await GitAsync("-C", work.Path, "push", "-q", "origin", "main");

        code.ShouldNotBe(0);
        said.ShouldContain("remote error: bartizan: bartizan refused `tool forge/push`");
        house.Network.Dialed.Count.ShouldBe(dialed);
        host.Asked.ShouldNotContain("receive-pack");
    }

    [Fact]
    public async Task Of_a_host_no_more_comes_than_its_terms_say()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch], terms: new HostTerms { Down = 100 });
        using var work = new Folder();

        (await GitAsync("clone", "-q", UrlOf(house, "acme/site"), work.Path)).Code.ShouldNotBe(0);

        var outcome = await house.Host.OutcomeAsync(OutcomeKind.Cut);
        outcome.Target.ShouldBe("forge/fetch");
        outcome.Detail!.ShouldContain(".down` is used up: its limit is 100 bytes");
        var (_, said) = await GitAsync("ls-remote", UrlOf(house, "acme/site"));
        said.ShouldContain(".down` is used up");
    }

    [Fact]
    public async Task A_host_with_another_key_is_never_shown_ours()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch], "stranger");

        var (code, said) = await GitAsync("ls-remote", UrlOf(house, "acme/site"));

        code.ShouldNotBe(0);
        said.ShouldContain("`forge` can't be opened; the log says why");
        (await house.Host.OutcomeAsync(OutcomeKind.Failed)).Detail!.ShouldContain("Host key verification failed");
        host.Asked.ShouldBeEmpty();
        host.Said.ShouldNotContain("publickey");
    }

    [Fact]
    public async Task A_key_that_the_host_doesnt_know_opens_nothing()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch]);
        house.Host.Value = host.Stranger;

        (await GitAsync("ls-remote", UrlOf(house, "acme/site"))).Code.ShouldNotBe(0);

        (await house.Host.OutcomeAsync(OutcomeKind.Failed)).Detail!.ShouldContain("Permission denied");
        host.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_credential_that_is_no_key_is_told_and_not_repeated()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch]);
        house.Host.Value = "ghp_no-key-at-all";

        (await GitAsync("ls-remote", UrlOf(house, "acme/site"))).Said.ShouldContain("can't be opened");

        var detail = (await house.Host.OutcomeAsync(OutcomeKind.Failed)).Detail!;
        detail.ShouldContain("no private key of OpenSSH");
        detail.ShouldNotContain("ghp_");
    }

    [Fact]
    public async Task What_the_hosts_program_says_is_told()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch]);
        (await GitAsync("ls-remote", UrlOf(house, "acme/nowhere"))).Said.ShouldContain(
            "does not appear to be a git repository"
        );
    }

    /// <summary>A client that goes in the middle leaves nothing behind that waits for it.</summary>
    [Fact]
    public async Task A_client_that_goes_ends_what_is_under_way()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch]);
        using (var wire = await house.WireAsync())
        {
            await wire.SendAsync(GitLine.Of("git-upload-pack /forge/acme/site"));
            await wire.TakeAsync(4);
            wire.Socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        }

        await house.Host.EntryAsync(e => e.Kind == EntryKind.Outcome && e.Target == "forge/fetch");
    }

    /// <summary>A kill ends OpenSSH with the session, and the host's program with it.</summary>
    [Fact]
    public async Task The_end_of_the_session_ends_what_is_under_way()
    {
        await using var host = await SshHost.StartAsync();
        await using var house = House(host, [Fetch]);
        using var wire = await house.WireAsync();
        await wire.SendAsync(GitLine.Of("git-upload-pack /forge/acme/site"));
        (await wire.TakeAsync(4)).ShouldNotBe("ERR ");

        house.Control.End().ShouldBeTrue();

        (await wire.RestAsync()).ShouldBeNull("a cut is a reset");
        await house.Host.OutcomeAsync(OutcomeKind.Cut);
        await house.Binding.DisposeAsync();
        Running("bartizan-pinned").ShouldBeEmpty();
        Directory.GetDirectories(Path.GetTempPath(), "bartizan-ssh-*").ShouldBeEmpty();
    }

    private static EgressHouse House(SshHost host, string[] rules, string key = "host", HostTerms? terms = null)
    {
        var house = EgressHouse.WithGit(host.Described("forge", "git.example", key), rules, terms: terms);
        house.Network.Name("git.example", "127.0.0.1");
        house.Network.Behind(System.Net.IPAddress.Loopback, host.Address);
        house.Host.Value = host.Key;
        return house;
    }

    private static string UrlOf(EgressHouse house, string repository) =>
        $"git://127.0.0.1:{house.ProxyAddress.Port}/forge/{repository}";

    private static Task<(int Code, string Said)> GitAsync(params string[] words) =>
        SshHost.RunAsync("/usr/bin/git", words);

    private static List<string> Running(string word) =>
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(folder => Path.Combine(folder, "cmdline"))
                .Where(File.Exists)
                .Select(Read)
                .Where(line => line.Contains(word, StringComparison.Ordinal)),
        ];

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("bartizan-work-");

        public string Path => System.IO.Path.Combine(_root.FullName, "work");

        public void Dispose() => _root.Delete(recursive: true);
    }
}
