using System.Formats.Tar;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Pruning;
using Bartizan.Log.Tiles;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>An archive in somebody's hands who wants another past. Each attack is found from the file alone, by its own name.</summary>
public sealed class ArchiveAttackTests : TemporaryLog
{
    private const int Entries = 3000;
    private static readonly Lazy<Task<(string Archive, string Other, string Key, string Digest)>> s_archive = new(
        WriteAsync
    );

    private static readonly Dictionary<string, (Action<Archive> Attack, ArchiveFaultKind Kind, long? Index)> s_attacks =
        new()
        {
            ["an entry changed"] = (
                archive => archive.Bundle(1, leaves => leaves[4] = Forger.Text("LEAF number 000260")),
                ArchiveFaultKind.EntryChanged,
                260
            ),
            ["an entry changed, its hash too"] = (
                archive =>
                {
                    archive.Bundle(1, leaves => leaves[4] = Forger.Text("LEAF number 000260"));
                    archive.Replace(TilePath.Tile(0, 1, 256), Forger.Hashes(archive.Leaves(1)));
                },
                ArchiveFaultKind.ProofWrong,
                null
            ),
            ["two entries swapped"] = (
                archive => archive.Bundle(2, leaves => (leaves[7], leaves[9]) = (leaves[9], leaves[7])),
                ArchiveFaultKind.EntryChanged,
                519
            ),
            ["an entry dropped"] = (
                archive => archive.Bundle(2, leaves => leaves.RemoveAt(8)),
                ArchiveFaultKind.EntryChanged,
                520
            ),
            ["an entry slipped in"] = (
                archive => archive.Bundle(3, leaves => leaves.Add(Forger.Text("one more"))),
                ArchiveFaultKind.EntryChanged,
                768
            ),
            ["a bit flipped in a compressed bundle"] = (
                archive => archive.Patch(TilePath.Bundle(1, 256), bytes => bytes[bytes.Length / 2] ^= 1),
                ArchiveFaultKind.EntryChanged,
                null
            ),
            ["a tile changed"] = (
                archive => archive.Patch(TilePath.Tile(0, 2, 256), bytes => bytes[33] ^= 1),
                ArchiveFaultKind.TileChanged,
                513
            ),
            ["a bundle left out"] = (
                archive => archive.Members.RemoveAll(member => member.Name == TilePath.Bundle(2, 256)),
                ArchiveFaultKind.Truncated,
                null
            ),
            ["cut off between two members"] = (
                archive => archive.Members.RemoveRange(9, archive.Members.Count - 9),
                ArchiveFaultKind.Truncated,
                null
            ),
            ["a checkpoint for another size"] = (
                archive =>
                    archive.Text(
                        ArchiveLayout.Checkpoint,
                        text => text.Replace($"\n{Entries}\n", $"\n{Entries + 1}\n")
                    ),
                ArchiveFaultKind.CheckpointForged,
                null
            ),
            ["a checkpoint signed by another key of the same name"] = (
                archive => archive.Sign(NoteSigner.Create(archive.Origin)),
                ArchiveFaultKind.CheckpointForged,
                null
            ),
            ["a checkpoint and a key of the forger's own"] = (
                archive =>
                {
                    var forger = NoteSigner.Create(archive.Origin);
                    archive.Sign(forger);
                    archive.Text(ArchiveLayout.Key, _ => $"{forger.Verifier}\n");
                },
                ArchiveFaultKind.KeyReplaced,
                null
            ),
            ["another range promised"] = (
                archive => archive.Text(ArchiveLayout.Range, text => text.Replace("\n1024\n", "\n1280\n")),
                ArchiveFaultKind.Truncated,
                null
            ),
            ["passed off as later entries"] = (
                archive => archive.Text(ArchiveLayout.Range, text => text.Replace("\n0\n1024\n", "\n256\n1024\n")),
                ArchiveFaultKind.ProofWrong,
                null
            ),
            ["a proof of something else"] = (
                archive => archive.Patch(ArchiveLayout.Proof, bytes => bytes[3] ^= 1),
                ArchiveFaultKind.ProofWrong,
                null
            ),
            ["something put behind its end"] = (
                archive => archive.Members.Add(("tile/entries/999.gz", [1, 2, 3])),
                ArchiveFaultKind.NotAnArchive,
                null
            ),
            ["something else altogether"] = (archive => archive.Members.Clear(), ArchiveFaultKind.Truncated, null),
        };

    public static TheoryData<string> Attacks => [.. s_attacks.Keys];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Each_attack_on_an_archive_is_found_by_its_name(string name)
    {
        var (source, _, key, _) = await s_archive.Value;
        var path = System.IO.Path.Combine(Root, "archive");
        var archive = Archive.Read(source);
        archive.Save(path);
        Verify(path, key).Faults.ShouldBeEmpty("written anew it is the same");

        var (attack, kind, index) = s_attacks[name];
        attack(archive);
        archive.Save(path);

        var verdict = Verify(path, key);
        verdict.Holds.ShouldBeFalse();
        verdict.Faults.ShouldContain(
            fault => fault.Kind == kind && (index == null || fault.Index == index),
            string.Join('\n', verdict.Faults.Take(5).Select(fault => $"{fault.Kind} {fault.Index}: {fault.Text}"))
        );
    }

    [Fact]
    public async Task An_archive_cut_off_anywhere_is_truncated_or_no_archive()
    {
        var (source, _, key, _) = await s_archive.Value;
        var whole = await File.ReadAllBytesAsync(source);
        var path = System.IO.Path.Combine(Root, "cut");
        // The last 1,024 bytes are zeros that say no more than that it ends here.
        for (var length = 0; length < whole.Length - 1024; length += whole.Length / 61)
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            var fault = Verify(path, key).Faults.ShouldHaveSingleItem();
            fault.Kind.ShouldBeOneOf(ArchiveFaultKind.Truncated, ArchiveFaultKind.NotAnArchive);
        }
    }

    [Fact]
    public async Task An_archive_of_the_same_log_that_was_not_the_one_recorded_is_seen_beside_the_record()
    {
        var (source, other, key, digest) = await s_archive.Value;
        Verify(source, key, digest).Faults.ShouldBeEmpty();
        Verify(other, key).Faults.ShouldBeEmpty();
        Verify(other, key, digest).Faults.ShouldHaveSingleItem().Kind.ShouldBe(ArchiveFaultKind.Replaced);
    }

    [Fact]
    public async Task An_archive_without_the_cosignatures_that_are_asked_for_is_not_enough()
    {
        var (source, _, _, _) = await s_archive.Value;
        var options = new ArchiveOptions { Cosignatures = new NeverMet() };
        ArchiveVerifier
            .Verify(source, options, default)
            .Faults.ShouldHaveSingleItem()
            .Kind.ShouldBe(ArchiveFaultKind.NotWitnessed);
    }

    private static ArchiveVerdict Verify(string path, string key, string? digest = null)
    {
        NoteVerifier.TryParse(key, out var verifier).ShouldBeTrue();
        return ArchiveVerifier.Verify(path, new ArchiveOptions { Key = verifier, Digest = digest }, default);
    }

    private static async Task<(string, string, string, string)> WriteAsync()
    {
        var root = System.IO.Directory.CreateTempSubdirectory("bartizan-archive-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.Directory.Delete(root, recursive: true);
        var options = new LogOptions
        {
            CheckpointEvery = TimeSpan.FromHours(1),
            SegmentBytes = 12 * 1024,
            MaxCommitEntries = 50,
            GiveUpAfter = TimeSpan.Zero,
        };
        await using var log = await TransparencyLog.OpenAsync(
            System.IO.Path.Combine(root, "log"),
            options,
            TimeProvider.System,
            default
        );
        await PruningTests.FillAsync(log, Entries);
        var archive = System.IO.Path.Combine(root, "archive");
        var other = System.IO.Path.Combine(root, "other");
        var record = await log.Pruning.ArchiveAsync(1024, archive, default);
        _ = await log.Pruning.ArchiveAsync(1280, other, default);
        return (archive, other, log.Verifier.ToString(), record.Archive);
    }

    private sealed class NeverMet : ICosignaturePolicy
    {
        public bool IsMet(SignedCheckpoint checkpoint) => false;
    }

    // An archive taken apart.
    private sealed class Archive
    {
        public List<(string Name, byte[] Content)> Members { get; } = [];

        public string Origin => Encoding.UTF8.GetString(Find(ArchiveLayout.Range)).Split('\n')[1];

        public static Archive Read(string path)
        {
            var archive = new Archive();
            using var tar = new TarReader(File.OpenRead(path));
            while (tar.GetNextEntry() is { } entry)
            {
                var content = new byte[entry.Length];
                entry.DataStream?.ReadExactly(content);
                archive.Members.Add((entry.Name, content));
            }

            return archive;
        }

        public void Save(string path)
        {
            using var tar = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
            foreach (var (name, content) in Members)
            {
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) }
                );
            }
        }

        public void Replace(string name, byte[] content) =>
            Members[Members.FindIndex(member => member.Name == name)] = (name, content);

        public void Patch(string name, Action<byte[]> change) => change(Find(name));

        public void Text(string name, Func<string, string> change) =>
            Replace(name, Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(Find(name)))));

        public void Sign(NoteSigner signer) =>
            Text(
                ArchiveLayout.Checkpoint,
                note =>
                {
                    var lines = note.Split('\n');
                    var root = Convert.ToHexStringLower(Convert.FromBase64String(lines[2]));
                    return new Checkpoint(Origin, Entries, root).Sign(signer);
                }
            );

        public List<byte[]> Leaves(long block)
        {
            var bundle = EntryBundle.Unpack(Find(TilePath.Bundle(block, 256)))!;
            var leaves = new List<byte[]>();
            for (var at = 0; EntryBundle.Next(bundle, ref at, out var leaf); )
            {
                leaves.Add(bundle[leaf]);
            }

            return leaves;
        }

        public void Bundle(long block, Action<List<byte[]>> change)
        {
            var leaves = Leaves(block);
            change(leaves);
            using var plain = new MemoryStream();
            foreach (var leaf in leaves)
            {
                plain.Write([(byte)(leaf.Length >> 8), (byte)leaf.Length]);
                plain.Write(leaf);
            }

            Replace(TilePath.Bundle(block, 256), EntryBundle.Compress(plain.ToArray()));
        }

        private byte[] Find(string name) => Members.First(member => member.Name == name).Content;
    }
}
