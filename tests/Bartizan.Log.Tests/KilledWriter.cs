using System.Text;

namespace Bartizan.Log.Tests;

/// <summary>Appends from many callers and says on standard output what was acknowledged, until it is killed.</summary>
internal static class KilledWriter
{
    public const string Argument = "--killed-writer";
    public const string Ready = "ready";
    public const string Ended = "ended";
    private const int Callers = 16;

    /// <param name="directory">The log's directory.</param>
    /// <param name="waits">Whether to say <see cref="Ready"/> and wait for a line before the log is opened.</param>
    public static async Task<int> RunAsync(string directory, bool waits)
    {
        var output = Console.Out;
        if (waits)
        {
            await output.WriteLineAsync(Ready);
            await output.FlushAsync();
            _ = await Console.In.ReadLineAsync();
        }

        try
        {
            await WriteAsync(directory, output);
        }
        catch (IOException e)
        {
            // What a disk that fails does to it: it says so, acknowledges nothing more, and ends.
            lock (output)
            {
                output.WriteLine($"{Ended} {e.GetType().Name}: {e.Message}");
                output.Flush();
            }
        }

        return 0;
    }

    private static async Task WriteAsync(string directory, TextWriter output)
    {
        await using var log = await TransparencyLog.OpenAsync(
            directory,
            new LogOptions
            {
                SegmentBytes = 256 * 1024,
                GiveUpAfter = TimeSpan.Zero,
                CheckpointEvery = TimeSpan.FromMilliseconds(20),
                IntegrateEvery = TimeSpan.FromMilliseconds(5),
            },
            TimeProvider.System,
            default
        );
        var padding = new string('x', 300);
        await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(async caller =>
                {
                    for (var n = 0; ; n++)
                    {
                        var text = $"{Environment.ProcessId} {caller} {n}";
                        var position = await log.AppendAsync(Encoding.UTF8.GetBytes($"{text} {padding}"), default);
                        lock (output)
                        {
                            output.WriteLine($"{position.Index} {text}");
                            output.Flush();
                        }
                    }
                })
        );
    }
}
