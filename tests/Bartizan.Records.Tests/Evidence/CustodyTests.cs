using System.IO.Compression;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Records.Evidence;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Tests.Evidence;

/// <summary>Who took a bundle is signed by the log's key: what was signed can't be changed, swapped, or read as a checkpoint.</summary>
public sealed class CustodyTests : TemporaryRecord
{
    private static readonly DateTimeOffset s_at = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private string Bundle => Path.Combine(Home, "evidence.zip");

    [Fact]
    public async Task A_signed_bundle_says_who_took_it_and_one_without_says_nobody()
    {
        await WriteAsync();

        var verdict = EvidenceVerifier.Verify(Bundle);
        verdict.Faults.ShouldBeEmpty();
        var custody = verdict.Custody.ShouldNotBeNull();
        custody.By.ShouldBe("alice");
        custody.Entry.ShouldBe(1);
        custody.At.ShouldBe(s_at);

        Change(EvidenceFiles.CustodyNoteName, null);
        verdict = EvidenceVerifier.Verify(Bundle);
        verdict.Holds.ShouldBeTrue();
        verdict.Custody.ShouldBeNull();
    }

    [Fact]
    public async Task A_note_that_was_changed_or_stands_for_another_bundle_is_found()
    {
        await WriteAsync();
        var note = Read(EvidenceFiles.CustodyNoteName);

        Change(EvidenceFiles.CustodyNoteName, note.Replace("by alice", "by bob", StringComparison.Ordinal));
        Fault().ShouldContain("no valid signature");

        Change(EvidenceFiles.CustodyNoteName, await SignedAsync(Digest.Of("another bundle"u8)));
        Fault().ShouldContain("another bundle");

        Change(EvidenceFiles.CustodyNoteName, Read("checkpoint"));
        Fault().ShouldContain("no statement of custody");
    }

    [Fact]
    public async Task Nothing_that_begins_as_a_checkpoint_does_is_signed_as_a_statement()
    {
        await using var journal = await OpenAsync();

        Should.Throw<ArgumentException>(() => journal.Log.SignStatement($"{journal.Log.Origin}\n5\nroot\n"));
        Should.Throw<ArgumentException>(() => journal.Log.SignStatement("bartizan\n\n— another signature\n"));
    }

    [Fact]
    public async Task The_policy_that_the_entries_name_is_found_by_itself_and_one_that_was_changed_is_not_taken()
    {
        var policies = Path.Combine(Home, "policies");
        new KeptPolicies(policies).Keep("the normal form\n", "agent: triage\n");
        await WriteAsync(policies);

        var files = EvidenceFiles.Read(Bundle);
        Encoding.UTF8.GetString(files["policy.txt"]).ShouldBe("the normal form\n");
        Encoding.UTF8.GetString(files["agent.yaml"]).ShouldBe("agent: triage\n");
        EvidenceVerifier.Verify(Bundle).Holds.ShouldBeTrue();

        var kept = Directory.GetFiles(policies).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(
            kept,
            (await File.ReadAllTextAsync(kept)).Replace("normal", "other", StringComparison.Ordinal)
        );
        new KeptPolicies(policies).Find(Digest.Of("the normal form\n"u8)).ShouldBeNull();
    }

    [Fact]
    public void Sessions_that_start_together_keep_one_policy_without_hindering_each_other()
    {
        var policies = Path.Combine(Home, "policies");
        var kept = new KeptPolicies(policies);

        Parallel.For(0, 64, _ => kept.Keep("the normal form\n", "agent: triage\n"));

        Directory.GetFiles(policies).ShouldHaveSingleItem();
        kept.Find(Digest.Of("the normal form\n"u8)).ShouldNotBeNull();
    }

    private async Task WriteAsync(string? policies = null)
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Intent(1) with { Policy = Digest.Of("the normal form\n"u8) }, default);
        await journal.Log.PublishCheckpointAsync(default);
        await EvidenceWriter.WriteAsync(
            Bundle,
            Options,
            Session,
            new EvidenceOptions
            {
                Exported = new EvidenceExport("alice", s_at, "0.0.0"),
                PoliciesPath = policies,
                Sign = (files, _) => Task.FromResult(Sign(journal, files)),
            },
            default
        );
    }

    private async Task<string> SignedAsync(Digest files)
    {
        await using var journal = await OpenAsync();
        return Sign(journal, files);
    }

    private string Sign(Journal journal, Digest files) =>
        journal.Log.SignStatement(new CustodyStatement(journal.Log.Origin, Session, files, "alice", s_at, 1).Body());

    private string Fault()
    {
        var verdict = EvidenceVerifier.Verify(Bundle);
        verdict.Custody.ShouldBeNull();
        var fault = verdict.Faults.ShouldHaveSingleItem();
        fault.Kind.ShouldBe(EvidenceFaultKind.Custody);
        return fault.Text;
    }

    private string Read(string name) => Encoding.UTF8.GetString(EvidenceFiles.Read(Bundle)[name]);

    private void Change(string name, string? content)
    {
        using var zip = ZipFile.Open(Bundle, ZipArchiveMode.Update);
        zip.GetEntry(name)?.Delete();
        if (content is not null)
        {
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(Encoding.UTF8.GetBytes(content));
        }
    }
}
