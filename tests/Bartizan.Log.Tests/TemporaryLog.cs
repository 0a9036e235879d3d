using System.Text;
using Bartizan.Log.Disks;
using Bartizan.Log.Verification;

namespace Bartizan.Log.Tests;

/// <summary>A log in a directory of its own.</summary>
public abstract class TemporaryLog : IDisposable
{
    protected string Root { get; } = System.IO.Directory.CreateTempSubdirectory("bartizan-log-").FullName;

    protected string Path => System.IO.Path.Combine(Root, "log");

    // Checkpoints only when a test says so: what lies behind the last one is what these tests are about.
    protected LogOptions Options { get; init; } =
        new() { CheckpointEvery = TimeSpan.FromHours(1), GiveUpAfter = TimeSpan.Zero };

    public void Dispose()
    {
        System.IO.Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static byte[] Leaf(int i) => Encoding.UTF8.GetBytes($"leaf number {i:D6}");

    protected Task<TransparencyLog> OpenAsync(ILogDisk? disk = null, string? path = null) =>
        TransparencyLog.OpenAsync(
            path ?? Path,
            disk is null ? Options : Options with { Disk = disk },
            TimeProvider.System,
            default
        );

    protected async Task WriteAsync(int count, int from = 0)
    {
        await using var log = await OpenAsync();
        for (var i = from; i < from + count; i++)
        {
            await log.AppendAsync(Leaf(i), default);
        }
    }

    protected static async Task<List<string>> ReadAsync(string path, long from = 0, long count = long.MaxValue)
    {
        var leaves = new List<string>();
        await foreach (var leaf in new LogDirectory(path).ReadAsync(from, count, default))
        {
            leaf.Index.ShouldBe(from + leaves.Count);
            leaves.Add(Encoding.UTF8.GetString(leaf.Bytes.Span));
        }

        return leaves;
    }

    protected Task<LogVerdict> VerifyAsync(string? path = null) =>
        LogVerifier.VerifyAsync(
            path ?? Path,
            new LogVerifierOptions { CheckpointCopy = System.IO.Path.Combine(path ?? Path, "keys", "log.checkpoint") },
            default
        );

    protected static string Segment(string path, int number = 0) =>
        System.IO.Path.Combine(path, "seg", $"{number:D8}.log");

    protected string Copy(string name)
    {
        var target = System.IO.Path.Combine(Root, name);
        Copy(Path, target);
        return target;
    }

    protected static void Copy(string from, string to)
    {
        foreach (var file in System.IO.Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            if (System.IO.Path.GetFileName(file) == "lock")
            {
                continue;
            }

            var copy = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file));
            System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }
}
