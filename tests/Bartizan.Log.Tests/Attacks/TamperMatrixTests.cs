using Bartizan.Log.Checkpoints;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Bartizan.Log.Verification;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>
/// A copy of a log's directory alone, with everything in it: bundles of segments that were given up, closed segments, the last
/// one. Each attack is found from the files, by its own name, at its entry.
/// </summary>
public sealed class TamperMatrixTests : TemporaryLog
{
    private const int Entries = 3000;

    // A segment takes its header and, at 26 bytes each, this many entries.
    private const int PerSegment = 316;
    private const int FirstSegment = 2; // the two before are given up
    private const int LastSegment = 9;
    private static readonly Lazy<Task<string>> s_log = new(WriteLogAsync);
    private const int Session = 250; // every 250th entry is the session's that somebody wants gone

    private static readonly Dictionary<string, (Action<Forger> Attack, LogFaultKind Kind, long? Index)> s_attacks =
        new()
        {
            ["a bit flipped in an entry"] = (
                log => log.Patch(log.Segment(3), bytes => bytes[SegmentHeader.Bytes + 100] ^= 1),
                LogFaultKind.Changed,
                At(3, 3)
            ),
            ["an entry changed, its checksum set right"] = (
                log => log.Records(3, leaves => leaves[5] = Forger.Text("LEAF number 001005")),
                LogFaultKind.Changed,
                At(3, 5)
            ),
            ["an entry made longer"] = (
                log => log.Records(3, leaves => leaves[5] = new byte[3000]),
                LogFaultKind.Changed,
                At(3, 5)
            ),
            ["an entry wiped with zeros"] = (
                log => log.Patch(log.Segment(3), bytes => bytes.AsSpan(SegmentHeader.Bytes + 260, 26).Clear()),
                LogFaultKind.Changed,
                At(3, 10)
            ),
            ["two entries swapped"] = (
                log => log.Records(3, leaves => (leaves[7], leaves[9]) = (leaves[9], leaves[7])),
                LogFaultKind.Moved,
                At(3, 7)
            ),
            ["an entry moved to another place"] = (
                log =>
                    log.Records(
                        3,
                        leaves =>
                        {
                            var leaf = leaves[40];
                            leaves.RemoveAt(40);
                            leaves.Insert(4, leaf);
                        }
                    ),
                LogFaultKind.Moved,
                At(3, 4)
            ),
            ["an entry dropped"] = (
                log => log.Records(3, leaves => leaves.RemoveAt(8)),
                LogFaultKind.Missing,
                At(3, 8)
            ),
            ["an entry replaced by a copy of another"] = (
                log => log.Records(3, leaves => leaves[6] = leaves[2]),
                LogFaultKind.Replayed,
                At(3, 6)
            ),
            ["a copy of an entry slipped in"] = (
                log => log.Records(3, leaves => leaves.Insert(6, leaves[2])),
                LogFaultKind.Replayed,
                At(3, 6)
            ),
            ["a forged entry slipped in"] = (
                log => log.Records(3, leaves => leaves.Insert(6, Forger.Text("leaf number 0010x6"))),
                LogFaultKind.Inserted,
                At(3, 6)
            ),
            ["the end cut off between two entries"] = (
                log => log.Records(LastSegment, leaves => leaves.RemoveRange(leaves.Count - 5, 5)),
                LogFaultKind.Truncated,
                Entries - 5
            ),
            ["the end cut off within an entry"] = (
                log => File.WriteAllBytes(log.Segment(LastSegment), File.ReadAllBytes(log.Segment(LastSegment))[..^10]),
                LogFaultKind.Truncated,
                Entries - 1
            ),
            ["the end wiped with zeros"] = (
                log => log.Patch(log.Segment(LastSegment), bytes => bytes.AsSpan(bytes.Length - 52).Clear()),
                LogFaultKind.Truncated,
                Entries - 2
            ),
            ["the last segment deleted"] = (
                log => File.Delete(log.Segment(LastSegment)),
                LogFaultKind.Truncated,
                At(LastSegment, 0)
            ),
            ["a segment deleted"] = (log => File.Delete(log.Segment(4)), LogFaultKind.SegmentMissing, null),
            ["the first segment deleted before its bundles were published"] = (
                log =>
                {
                    File.Delete(log.Segment(FirstSegment));
                    File.Delete(log.At(TilePath.Bundle((At(FirstSegment, 0) / 256) + 1, 256)));
                },
                LogFaultKind.BundleMissing,
                ((At(FirstSegment, 0) / 256) + 1) * 256
            ),
            ["a segment's header changed, its checksum set right"] = (
                log => log.Header(4, bytes => bytes[70] ^= 1),
                LogFaultKind.SegmentDamaged,
                At(4, 0)
            ),
            ["a segment's header claims to be far behind the log's end"] = (
                log => log.Header(4, FarAway),
                LogFaultKind.SegmentDamaged,
                null
            ),
            ["the first segment's header claims to be far behind the log's end"] = (
                log => log.Header(FirstSegment, FarAway),
                LogFaultKind.SegmentDamaged,
                null
            ),
            ["a bit flipped in a segment's header"] = (
                log => log.Patch(log.Segment(4), bytes => bytes[70] ^= 1),
                LogFaultKind.SegmentDamaged,
                null
            ),
            ["two segments' names exchanged"] = (
                log =>
                {
                    File.Move(log.Segment(3), log.Segment(99));
                    File.Move(log.Segment(4), log.Segment(3));
                    File.Move(log.Segment(99), log.Segment(4));
                },
                LogFaultKind.Moved,
                At(3, 0)
            ),
            ["a segment copied behind the last"] = (
                log => File.Copy(log.Segment(3), log.Segment(LastSegment + 1)),
                LogFaultKind.Replayed,
                At(3, 0)
            ),
            ["a segment of another log put in place"] = (
                log => log.Header(4, bytes => bytes[33] ^= 1),
                LogFaultKind.SegmentForeign,
                null
            ),
            ["an entry changed in a bundle whose segment is gone"] = (
                log => log.Bundle(0, leaves => leaves[17] = Forger.Text("LEAF number 000017")),
                LogFaultKind.Changed,
                17
            ),
            ["an entry dropped from such a bundle"] = (
                log => log.Bundle(0, leaves => leaves.RemoveAt(17)),
                LogFaultKind.Missing,
                17
            ),
            ["such a bundle deleted"] = (
                log => File.Delete(log.At(TilePath.Bundle(0, 256))),
                LogFaultKind.BundleMissing,
                0
            ),
            ["such a bundle overwritten with noise"] = (
                log => File.WriteAllBytes(log.At(TilePath.Bundle(0, 256)), new byte[500]),
                LogFaultKind.BundleChanged,
                0
            ),
            ["two bundles exchanged"] = (
                log =>
                {
                    var (a, b) = (log.At(TilePath.Bundle(0, 256)), log.At(TilePath.Bundle(5, 256)));
                    var bytes = File.ReadAllBytes(a);
                    File.Copy(b, a, overwrite: true);
                    File.WriteAllBytes(b, bytes);
                },
                LogFaultKind.Moved,
                0
            ),
            ["a bundle changed beside its segment"] = (
                log => log.Bundle(7, leaves => leaves[1] = Forger.Text("LEAF number 001793")),
                LogFaultKind.BundleChanged,
                7 * 256
            ),
            ["the last, partial bundle changed"] = (
                log => log.Patch(log.At(TilePath.Bundle(Entries / 256, Entries % 256)), bytes => bytes[5] ^= 1),
                LogFaultKind.BundleChanged,
                null
            ),
            ["a tile of leaf hashes changed"] = (
                log => log.Patch(log.At(TilePath.Tile(0, 6, 256)), bytes => bytes[5] ^= 1),
                LogFaultKind.TileChanged,
                6 * 256
            ),
            ["a tile of a higher level changed"] = (
                log => log.Patch(log.At(TilePath.Tile(1, 0, Entries / 256)), bytes => bytes[5] ^= 1),
                LogFaultKind.TileChanged,
                null
            ),
            ["the last, partial tile changed"] = (
                log => log.Patch(log.At(TilePath.Tile(0, Entries / 256, Entries % 256)), bytes => bytes[5] ^= 1),
                LogFaultKind.TileChanged,
                Entries / 256 * 256
            ),
            ["a tile deleted"] = (
                log => File.Delete(log.At(TilePath.Tile(0, 6, 256))),
                LogFaultKind.TileMissing,
                6 * 256
            ),
            ["an index that points elsewhere"] = (
                log => log.Patch(log.Segment(3)[..^4] + ".index", bytes => bytes[36] ^= 1),
                LogFaultKind.IndexLies,
                At(3, 1)
            ),
            ["every entry of a session deleted"] = (
                log =>
                {
                    for (var bundle = 0; bundle < Entries / 256; bundle++)
                    {
                        log.Bundle(bundle, leaves => leaves.RemoveAll(IsOfSession));
                    }

                    for (var segment = FirstSegment; segment <= LastSegment; segment++)
                    {
                        log.Records(segment, leaves => leaves.RemoveAll(IsOfSession));
                    }
                },
                LogFaultKind.Missing,
                0
            ),
            ["an entry and its hash replaced together"] = (
                log =>
                {
                    log.Records(LastSegment, leaves => leaves[^1] = Forger.Text("LEAF number 002999"));
                    var tile = log.At(TilePath.Tile(0, Entries / 256, Entries % 256));
                    log.Patch(
                        tile,
                        bytes => Forger.Hashes([Forger.Text("LEAF number 002999")]).CopyTo(bytes, bytes.Length - 32)
                    );
                },
                LogFaultKind.Rewritten,
                null
            ),
            ["an entry changed and all tiles taken away"] = (
                log =>
                {
                    log.Records(LastSegment, leaves => leaves[^1] = Forger.Text("LEAF number 002999"));
                    System.IO.Directory.Delete(log.At("tile/0"), recursive: true);
                },
                LogFaultKind.Rewritten,
                null
            ),
            ["the checkpoint's size changed"] = (
                log =>
                    File.WriteAllText(
                        log.At("checkpoint"),
                        File.ReadAllText(log.At("checkpoint")).Replace("\n3000\n", "\n2999\n")
                    ),
                LogFaultKind.CheckpointForged,
                null
            ),
            ["the checkpoint signed by another key of the same name"] = (
                log => log.Sign(NoteSigner.Create(log.StolenKey().Verifier.Name), Entries, new string('a', 64)),
                LogFaultKind.CheckpointForged,
                null
            ),
            ["the checkpoint deleted"] = (
                log => File.Delete(log.At("checkpoint")),
                LogFaultKind.CheckpointMissing,
                null
            ),
            ["the key deleted"] = (log => File.Delete(log.At("vkey")), LogFaultKind.KeyMissing, null),
            ["a cosigned checkpoint put in place that the log never had"] = (
                log =>
                    File.WriteAllText(
                        log.At("witnessed"),
                        new Checkpoint(log.StolenKey().Verifier.Name, Entries, new string('a', 64)).Sign(
                            log.StolenKey()
                        )
                    ),
                LogFaultKind.SplitView,
                null
            ),
        };

    public static TheoryData<string> Attacks => [.. s_attacks.Keys];

    [Fact]
    public void There_are_enough_attacks() => s_attacks.Count.ShouldBeGreaterThanOrEqualTo(25);

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Each_attack_is_found_by_its_name(string name)
    {
        var (attack, kind, index) = s_attacks[name];
        Copy(await s_log.Value, Path);
        (await VerifyAsync()).Faults.ShouldBeEmpty();
        var key = LogKey();

        attack(new Forger(Path));

        // The directory alone: no second copy of the checkpoint, no keys.
        var verdict = await LogVerifier.VerifyAsync(Path, new LogVerifierOptions { Key = key }, default);
        verdict.Holds.ShouldBeFalse();
        var fault = verdict.Faults[0];
        fault.ShouldSatisfyAllConditions(
            () => fault.Kind.ShouldBe(kind, fault.Text),
            () => fault.Index.ShouldBe(index, fault.Text)
        );
        if (name == "every entry of a session deleted")
        {
            verdict
                .Faults.Where(each => each.Kind == LogFaultKind.Missing)
                .Select(each => each.Index)
                .ShouldBe(Enumerable.Range(0, Entries / Session).Select(i => (long?)(i * Session)));
        }
    }

    private static long At(int segment, int place) => (segment * PerSegment) + place;

    private static bool IsOfSession(byte[] leaf) =>
        int.Parse(System.Text.Encoding.UTF8.GetString(leaf)[^6..], null) % Session == 0;

    private NoteVerifier LogKey() =>
        NoteVerifier.TryParse(File.ReadAllText(System.IO.Path.Combine(Path, "vkey")), out var key)
            ? key
            : throw new InvalidOperationException();

    private static async Task<string> WriteLogAsync()
    {
        var path = System.IO.Directory.CreateTempSubdirectory("bartizan-matrix-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.Directory.Delete(path, recursive: true);
        await using var log = await TransparencyLog.OpenAsync(
            path,
            new LogOptions
            {
                CheckpointEvery = TimeSpan.FromHours(1),
                SegmentBytes = SegmentHeader.Bytes + (PerSegment * 26),
                GiveUpAfter = TimeSpan.Zero,
                MaxCommitEntries = 1,
            },
            TimeProvider.System,
            default
        );
        for (var i = 0; i < Entries - 1; i++)
        {
            await log.PostAsync(Leaf(i), default);
        }

        await log.AppendAsync(Leaf(Entries - 1), default);
        for (var givenUp = 0; givenUp < FirstSegment; givenUp++)
        {
            await log.PublishCheckpointAsync(default);
        }

        return path;
    }

    private static void FarAway(byte[] header)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), 1L << 60);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(64), 1);
    }
}
