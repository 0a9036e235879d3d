using System.Collections.Immutable;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Bartizan.Posture.Credentials;

namespace Bartizan.Posture.Tests.Credentials;

/// <summary>Static credentials in a workspace, its history, the configuration of agents, variables and images, and how they leave.</summary>
public sealed partial class CredentialSearchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bartizan-import-").FullName;

    private string Workspace => Path.Combine(_folder, "work");

    public CredentialSearchTests() => Directory.CreateDirectory(Workspace);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_value_is_found_once_with_all_of_its_places_and_the_name_it_was_assigned_to()
    {
        Write("work/.env", "A=1\nBUILD_TOKEN=SECRETabc1\n");
        Write("work/.github/workflows/ci.yml", "env:\n  X: \"SECRETabc1\"\n");
        Write("work/.git/config", "[remote \"o\"]\nurl = SECRETgit2\n");
        Write("work/.git/objects/ab/cd", "SECRETobject3");
        Write("home/.codex/config.toml", "[mcp_servers.x.env]\nCRM_KEY = \"SECRETcrm4\"\n");

        var found = Search(home: true, variables: new() { ["HOOK"] = "SECREThook5", ["LANG"] = "C" });

        var build = found.Single(one => one.Value == "SECRETabc1");
        build.Name.ShouldBe("build-token");
        build
            .Places.Select(place => $"{place.Name}:{place.Line}")
            .Order(StringComparer.Ordinal)
            .ShouldBe([".env:2", ".github/workflows/ci.yml:2"]);
        found
            .Select(one => one.Value)
            .Order(StringComparer.Ordinal)
            .ShouldBe(["SECRETabc1", "SECRETcrm4", "SECRETgit2", "SECREThook5"]);
        found.Single(one => one.Value == "SECRETcrm4").Places[0].Name.ShouldBe("~/.codex/config.toml");
        found.Single(one => one.Value == "SECREThook5").Name.ShouldBe("hook");
    }

    [Fact]
    public void Two_credentials_of_one_name_are_told_apart_and_nothing_that_is_printed_holds_a_value()
    {
        Write("work/a", "key=SECRETone\n");
        Write("work/b", "key=SECRETtwo\n");

        var found = Search();

        found.Select(one => one.Name).Order(StringComparer.Ordinal).ShouldBe(["key", "key-2"]);
        string.Join('\n', found).ShouldNotContain("SECRET");
        string.Join('\n', CredentialMoves.Edits(Moves(found)).SelectMany(edit => edit.Lines()))
            .ShouldNotContain("SECRET");
    }

    [Fact]
    public void Values_leave_their_files_and_everything_else_stays_letter_by_letter()
    {
        const string Before = "\uFEFFa=SECRETone;b=SECRETtwo\r\nü=SECRETone\r\nend";
        Write("work/settings", Before);
        File.SetUnixFileMode(Path.Combine(Workspace, "settings"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var edit = CredentialMoves.Edits(Moves(Search())).ShouldHaveSingleItem();

        CredentialMoves.Apply(edit).ShouldBeNull();
        File.ReadAllBytes(edit.File)
            .ShouldBe(Encoding.UTF8.GetBytes("\uFEFFa=vault:w/a;b=vault:w/b\r\nü=vault:w/a\r\nend"));
        File.GetUnixFileMode(edit.File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(Workspace).ShouldBe([edit.File]);
        Search().ShouldBeEmpty();
    }

    [Fact]
    public void A_file_that_changed_since_it_was_shown_is_left_alone()
    {
        Write("work/a", "key=SECRETone\n");
        var edit = CredentialMoves.Edits(Moves(Search())).Single();
        Write("work/a", "more\nkey=SECRETone\n");

        CredentialMoves.Apply(edit)!.ShouldContain("it changed meanwhile");

        File.ReadAllText(edit.File).ShouldBe("more\nkey=SECRETone\n");
    }

    [Fact]
    public void A_link_is_not_followed_and_what_is_no_text_is_no_place()
    {
        Write("outside", "key=SECRETout\n");
        File.CreateSymbolicLink(Path.Combine(Workspace, "link"), Path.Combine(_folder, "outside"));
        Directory.CreateSymbolicLink(Path.Combine(Workspace, "folder"), _folder);
        Write("work/program", "\0SECRETbinary");

        Search().ShouldBeEmpty();
    }

    [Fact]
    public void A_value_of_several_lines_and_one_in_another_spelling_stay_and_say_why()
    {
        Write("work/latin", [.. "key=SECRETold "u8, 0xFC]);
        Write("work/json", "{\"key\":\"SECRETjs\\/on\"}");

        var found = Search();

        found.Length.ShouldBe(2);
        found.ShouldAllBe(one => one.Stays != null);
        CredentialMoves.Edits(Moves(found)).ShouldBeEmpty();
        new StaticCredential("private-key", "k", "a\nb", 1, found[0].Places).Stays!.ShouldContain("several lines");
    }

    [Fact]
    public void The_history_is_read_whole_and_a_hostile_repository_starts_nothing()
    {
        Git("init", "-q", ".");
        Write("work/old", "token: SECREThistory\n");
        Commit("first, with SECRETmessage");
        File.Delete(Path.Combine(Workspace, "old"));
        Commit("second");
        Write("work/dropped", "SECRETdropped");
        Git("hash-object", "-w", "dropped");
        File.Delete(Path.Combine(Workspace, "dropped"));
        var mark = Path.Combine(_folder, "ran");
        foreach (var key in (string[])["core.fsmonitor", "core.sshCommand", "core.pager", "core.alternateRefsCommand"])
        {
            Git("config", key, $"touch {mark}");
        }

        Git("config", "diff.x.textconv", $"touch {mark}");
        Write("work/.gitattributes", "* diff=x filter=x\n");
        Write("work/.git/hooks/post-index-change", $"#!/bin/sh\ntouch {mark}\n");
        var found = Search(history: true);

        found.Single(one => one.Value == "SECREThistory").Places[0].Name.ShouldStartWith("old (");
        found.Single(one => one.Value == "SECREThistory").Stays!.ShouldContain("only a rotation helps");
        found.ShouldContain(one => one.Value == "SECRETmessage");
        found.Single(one => one.Value == "SECRETdropped").Places[0].Name.ShouldContain("no commit holds");
        found.ShouldAllBe(one => one.IsPublished);
        File.Exists(mark).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_without_a_repository_says_so_and_is_searched_all_the_same()
    {
        Write("work/a", "SECRETone");
        var tally = new SearchTally();

        Search(history: true, tally: tally).Length.ShouldBe(1);

        tally.Problems.ShouldContain(problem => problem.Contains("could not be read by `git`"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_layers_and_the_configuration_of_an_image_are_read(bool packed)
    {
        var layer = Tar(("app/.env", "KEY=SECRETlayer"));
        var image = Path.Combine(_folder, "image.tar");
        File.WriteAllBytes(
            image,
            Tar(
                ("blobs/sha256/aa", packed ? GZip(layer) : layer),
                ("config.json", "{\"config\":{\"Env\":[\"TOKEN=SECRETenv\"]}}"u8.ToArray()),
                ("blobs/sha256/bb", new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0 })
            )
        );
        var tally = new SearchTally();

        var found = Search(images: [image], tally: tally);

        found.Single(one => one.Value == "SECRETlayer").Places[0].Name.ShouldBe("image.tar:/app/.env");
        found.ShouldContain(one => one.Value == "SECRETenv");
        tally.Problems.ShouldContain(problem => problem.Contains("zstd"));
    }

    [Fact]
    public void What_is_no_image_is_said_to_be_none()
    {
        Write("image.tar", [.. Enumerable.Repeat((byte)'x', 2000)]);
        var tally = new SearchTally();

        Search(images: [Path.Combine(_folder, "image.tar")], tally: tally).ShouldBeEmpty();

        tally.Problems.ShouldContain(problem => problem.Contains("it is no image"));
    }

    private ImmutableArray<StaticCredential> Search(
        bool home = false,
        bool history = false,
        Dictionary<string, string>? variables = null,
        ImmutableArray<string> images = default,
        SearchTally? tally = null
    ) =>
        CredentialSearch.Run(
            new SearchScope
            {
                Workspace = Workspace,
                Home = home ? Path.Combine(_folder, "home") : null,
                History = history,
                Variables = (variables ?? []).ToImmutableDictionary(StringComparer.Ordinal),
                Images = images.IsDefault ? [] : images,
            },
            text =>
                Secrets().Matches(text).Select(m => new FoundValue("made-up", m.Index, m.Index + m.Length, 0.9, true)),
            tally ?? new SearchTally(),
            progress: null,
            TestContext.Current.CancellationToken
        );

    private static IEnumerable<CredentialMove> Moves(IEnumerable<StaticCredential> found) =>
        found.Where(one => one.Stays is null).Select(one => new CredentialMove(one, $"w/{one.Name}"));

    private void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private void Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private void Commit(string message)
    {
        Git("add", "-A");
        Git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", message);
    }

    private void Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Workspace,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var git = Process.Start(start)!;
        git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        git.ExitCode.ShouldBe(0);
    }

    private static byte[] Tar(params (string Name, object Content)[] files)
    {
        using var written = new MemoryStream();
        using (var tar = new TarWriter(written, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                var bytes = content as byte[] ?? Encoding.UTF8.GetBytes((string)content);
                tar.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) }
                );
            }
        }

        return written.ToArray();
    }

    private static byte[] GZip(byte[] bytes)
    {
        using var written = new MemoryStream();
        using (var zip = new GZipStream(written, CompressionLevel.Fastest))
        {
            zip.Write(bytes);
        }

        return written.ToArray();
    }

    [GeneratedRegex("SECRET[a-z0-9]+")]
    private static partial Regex Secrets();
}
