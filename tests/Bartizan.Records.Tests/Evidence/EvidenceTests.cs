using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Entries;
using Bartizan.Log;
using Bartizan.Log.Witnessing;
using Bartizan.Records.Evidence;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Tests.Evidence;

/// <summary>A bundle that is whole, and the same with each of its parts tampered with: on the command line and in a browser.</summary>
public sealed class EvidenceTests : TemporaryRecord
{
    // What an agent would like to run on the reader's machine.
    private const string Hostile =
        "</script><script>document.documentElement.dataset.verdict='owned'</script><img src=x onerror=alert(1)>";

    private static readonly string[] _parts =
    [
        "entry",
        "entry left out",
        "entry of another place",
        "payload",
        "payload's salt",
        "proof",
        "checkpoint",
        "signature",
        "key",
        "cosignature",
    ];

    private string Bundle => Path.Combine(Home, "evidence.zip");

    public static TheoryData<string> Parts => [.. _parts];

    [Fact]
    public async Task A_whole_bundle_verifies_with_the_key_that_is_known_and_with_no_other()
    {
        await WriteAsync();

        var verdict = EvidenceVerifier.Verify(Bundle, await VkeyAsync());

        verdict.Faults.ShouldBeEmpty();
        verdict.ShouldSatisfyAllConditions(
            () => verdict.Entries.ShouldBe(4),
            () => verdict.Payloads.ShouldBe(2),
            () => verdict.Witnesses.ShouldBe(["north.example"]),
            () => verdict.Exported.By.ShouldBe("alice")
        );
        EvidenceVerifier
            .Verify(Bundle, (await VkeyAsync()) + "x")
            .Faults.ShouldHaveSingleItem()
            .Kind.ShouldBe(EvidenceFaultKind.Key);
        File.GetUnixFileMode(Bundle).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Payloads_stay_out_unless_they_are_asked_for()
    {
        await WriteAsync(withPayloads: false);

        var verdict = EvidenceVerifier.Verify(Bundle);

        verdict.Holds.ShouldBeTrue();
        verdict.Payloads.ShouldBe(0);
        Encoding.UTF8.GetString(Files()[EvidenceFiles.DocumentName]).ShouldContain("withheld");
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task Each_tampered_part_is_found_by_its_own_name(string part)
    {
        await WriteAsync();
        Tamper(part, also: true);

        var faults = EvidenceVerifier.Verify(Bundle).Faults;

        faults.Select(fault => fault.Kind).ShouldBe([KindOf(part)]);
    }

    [Theory]
    [InlineData("verify.html", EvidenceFaultKind.Page)]
    [InlineData("proofs/0.tlog-proof", EvidenceFaultKind.Custody)]
    [InlineData("custody.json", EvidenceFaultKind.Custody)]
    [InlineData("readme.txt", EvidenceFaultKind.Custody)]
    public async Task A_file_that_was_changed_or_added_is_found(string name, EvidenceFaultKind kind)
    {
        await WriteAsync();
        var files = Files();
        files[name] = [.. files.GetValueOrDefault(name) ?? [], (byte)' '];
        Put(files);

        EvidenceVerifier.Verify(Bundle).Faults.ShouldHaveSingleItem().Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task The_script_of_the_page_finds_each_tampered_part_too()
    {
        await WriteAsync();
        var script = Path.Combine(Home, "page.mjs");
        await File.WriteAllTextAsync(
            script,
            """
            import fs from 'node:fs';
            const [, , page, ...documents] = process.argv;
            (0, eval)(fs.readFileSync(page, 'utf8').match(/<script>([^]*)<\/script>/)[1]);
            for (const document of documents) {
              const { faults } = await globalThis.bartizan.verify(JSON.parse(fs.readFileSync(document, 'utf8')));
              console.log(JSON.stringify(faults));
            }
            """
        );
        var page = Path.Combine(Home, "verify.html");
        await File.WriteAllBytesAsync(page, Files()[EvidenceFiles.PageName]);
        List<string> documents = [Path.Combine(Home, "whole.json")];
        await File.WriteAllBytesAsync(documents[0], Files()[EvidenceFiles.DocumentName]);
        foreach (var part in _parts)
        {
            documents.Add(Path.Combine(Home, $"{part}.json"));
            await File.WriteAllTextAsync(documents[^1], TamperedDocument(part).ToJsonString());
        }

        var said = await OutputAsync("node", [script, page, .. documents]);

        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("[]");
        for (var i = 0; i < _parts.Length; i++)
        {
            lines[i + 1].ShouldStartWith($"[\"{WordOf(_parts[i])}", Case.Sensitive, _parts[i]);
        }
    }

    [Fact]
    public async Task In_a_browser_the_page_is_green_for_the_true_bundle_and_red_for_a_tampered_one_and_runs_nothing_of_an_agent_s()
    {
        await WriteAsync();

        var whole = await DumpAsync(Files()[EvidenceFiles.PageName]);
        whole.ShouldContain("data-verdict=\"holds\"");
        whole.ShouldContain("This bundle verifies.");
        whole.ShouldContain("north at ");
        whole.ShouldNotContain("<img");
        whole.ShouldNotContain("owned</");

        foreach (var part in _parts)
        {
            var json = TamperedDocument(part).ToJsonString(EvidenceDocument.Json);
            var page = await DumpAsync(Encoding.UTF8.GetBytes(EvidencePage.Make(json)));
            page.ShouldContain("data-verdict=\"broken\"", Case.Sensitive, part);
            page.ShouldContain($"<li>{WordOf(part)}", Case.Sensitive, part);
        }
    }

    [Fact]
    public async Task A_script_put_into_the_page_does_not_run()
    {
        await WriteAsync();
        var page = Encoding
            .UTF8.GetString(Files()[EvidenceFiles.PageName])
            .Replace("</body>", "<script>document.documentElement.dataset.verdict='owned'</script></body>");

        (await DumpAsync(Encoding.UTF8.GetBytes(page))).ShouldContain("data-verdict=\"holds\"");
    }

    private static EvidenceFaultKind KindOf(string part) =>
        part switch
        {
            "entry left out" => EvidenceFaultKind.Gap,
            "payload" or "payload's salt" => EvidenceFaultKind.Payload,
            "checkpoint" or "signature" or "cosignature" => EvidenceFaultKind.Signature,
            "key" => EvidenceFaultKind.Signature,
            _ => EvidenceFaultKind.Entry,
        };

    // How the page begins its sentence.
    private static string WordOf(string part) =>
        part switch
        {
            "entry left out" => "entry 2: an entry of the session before it is missing",
            "payload" or "payload's salt" => "payload 1/0: it is not what the entry committed to",
            "cosignature" => "signature: the checkpoint lacks cosignatures",
            "checkpoint" or "signature" or "key" => "signature: the checkpoint is not signed by the key",
            _ => "entry 1: it, or its proof, is not what the checkpoint covers",
        };

    private JsonObject TamperedDocument(string part)
    {
        var document = JsonNode.Parse(Files()[EvidenceFiles.DocumentName])!.AsObject();
        var entries = document["entries"]!.AsArray();
        var note = document["checkpoint"]!.GetValue<string>();
        switch (part)
        {
            case "entry":
                var leaf = Encoding.UTF8.GetString(Convert.FromBase64String(entries[1]!["leaf"]!.GetValue<string>()));
                leaf = leaf.Replace("triage@3", "triage@4");
                entries[1]!["leaf"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(leaf));
                break;
            case "entry left out":
                entries.RemoveAt(1);
                var payloads = document["payloads"]!.AsArray();
                foreach (var gone in payloads.Where(payload => payload!["entry"]!.GetValue<long>() == 1).ToList())
                {
                    payloads.Remove(gone);
                }

                break;
            case "entry of another place":
                // The same bytes at another index, which the proof doesn't lead from.
                var proof = entries[2]!["proof"]!.DeepClone();
                entries[1]!["proof"] = proof;
                break;
            case "payload":
                Flip(document["payloads"]![0]!, "content", 40);
                break;
            case "payload's salt":
                Flip(document["payloads"]![0]!, "content", 3);
                break;
            case "proof":
                var hashes = entries[1]!["proof"]!.AsArray();
                var hash = Convert.FromBase64String(hashes[0]!.GetValue<string>());
                hash[5] ^= 1;
                hashes[0] = Convert.ToBase64String(hash);
                break;
            case "checkpoint":
                document["checkpoint"] = note.Replace("\n4\n", "\n5\n");
                break;
            case "signature":
                document["checkpoint"] = FlipLine(note, 0);
                break;
            case "cosignature":
                document["checkpoint"] = FlipLine(note, 1);
                break;
            case "key":
                document["vkey"] = Bartizan
                    .Log.Checkpoints.NoteSigner.Create(note[..note.IndexOf('\n')])
                    .Verifier.ToString();
                break;
        }

        return document;
    }

    private static void Flip(JsonNode node, string member, int at)
    {
        var bytes = Convert.FromBase64String(node[member]!.GetValue<string>());
        bytes[at] ^= 1;
        node[member] = Convert.ToBase64String(bytes);
    }

    private static string FlipLine(string note, int which)
    {
        var lines = note.Split('\n');
        var at = Array.FindIndex(lines, line => line.StartsWith('—')) + which;
        var space = lines[at].LastIndexOf(' ') + 1;
        var bytes = Convert.FromBase64String(lines[at][space..]);
        bytes[^3] ^= 1;
        lines[at] = lines[at][..space] + Convert.ToBase64String(bytes);
        return string.Join('\n', lines);
    }

    // A careful attacker makes the other files anew.
    private void Tamper(string part, bool also)
    {
        var json = TamperedDocument(part).ToJsonString(EvidenceDocument.Json);
        var document = System.Text.Json.JsonSerializer.Deserialize<EvidenceDocument>(json, EvidenceDocument.Json)!;
        Put(also ? EvidenceFiles.Of(document).ToDictionary() : Files());
    }

    private Dictionary<string, byte[]> Files() => EvidenceFiles.Read(Bundle);

    private void Put(Dictionary<string, byte[]> files)
    {
        File.Delete(Bundle);
        using var zip = ZipFile.Open(Bundle, ZipArchiveMode.Create);
        foreach (var (name, content) in files)
        {
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(content);
        }
    }

    private async Task<string> VkeyAsync() =>
        (await File.ReadAllTextAsync(Path.Combine(Options.LogDirectory, "vkey"))).Trim();

    private async Task WriteAsync(bool withPayloads = true)
    {
        var cosigner = Cosigner.Create("north.example");
        var policyPath = Path.Combine(Home, "witnesses.policy");
        await File.WriteAllTextAsync(policyPath, $"witness north {cosigner.Verifier}\nquorum north\n");
        var options = Options with { Log = new LogOptions { Cosignatures = WitnessPolicy.Load(policyPath) } };
        await using (var journal = await Journal.OpenAsync(options, TimeProvider.System, default))
        {
            await journal.AppendAsync(State("running") with { Person = Hostile }, default);
            await journal.AppendAsync(Intent(1, Hostile) with { Payloads = [Text("request", Hostile)] }, default);
            await journal.AppendAsync(Outcome(1) with { Payloads = [Text("response", "fine")] }, default);
            await journal.AppendAsync(State("ended"), default);
            await journal.Log.PublishCheckpointAsync(default);
            var signed = journal.Log.Standing(LogRung.Published).Checkpoint!;
            var cosignature = cosigner.Sign(signed.Checkpoint.Body(), 1_700_000_000);
            (await journal.Log.AcceptCosignaturesAsync($"{signed.Note}{cosignature.Line}\n", default)).ShouldBeTrue();
        }

        await EvidenceWriter.WriteAsync(
            Bundle,
            options,
            Session,
            new EvidenceOptions
            {
                Exported = new EvidenceExport("alice", DateTimeOffset.UnixEpoch, "0.1.0"),
                WitnessesPath = policyPath,
                WithPayloads = withPayloads,
            },
            default
        );
    }

    private async Task<string> DumpAsync(byte[] page)
    {
        var browser = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "chromium"))
            .FirstOrDefault(File.Exists);
        if (browser is null)
        {
            Assert.Skip("chromium is not installed here: apt-get install chromium");
        }

        var file = Path.Combine(Home, $"{Guid.NewGuid():N}.html");
        await File.WriteAllBytesAsync(file, page);
        return await OutputAsync(
            browser,
            [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                $"--user-data-dir={Path.Combine(Home, "browser")}",
                "--virtual-time-budget=10000",
                "--dump-dom",
                $"file://{file}",
            ]
        );
    }

    private static async Task<string> OutputAsync(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var process = StartOrSkip(start);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            process.ExitCode.ShouldBe(0, await errors);
            return output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process StartOrSkip(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"`{start.FileName}` is not installed here");
            throw;
        }
    }
}
