using System.Globalization;
using System.Text;

namespace Bartizan.Log.Pruning;

/// <summary>
/// The file <c>minimum</c> of a log's directory: the C2SP minimum index, and which leaf records it. It only saves looking: what it says
/// counts when that leaf, under the checkpoint's signature, says the same.
/// <code>
/// minimum 512
/// record 700
/// </code>
/// </summary>
/// <param name="Index">The first entry that is still there.</param>
/// <param name="Record">The leaf that says so.</param>
public sealed record MinimumIndex(long Index, long Record)
{
    /// <summary>The file's name in the log's directory.</summary>
    public const string FileName = "minimum";

    // Two lines with two numbers.
    private const int MaxBytes = 128;

    /// <summary>Nothing was pruned.</summary>
    public static MinimumIndex None { get; } = new(0, 0);

    /// <summary>What a log's directory says.</summary>
    /// <exception cref="LogInconsistentException">When the file isn't what the log writes.</exception>
    public static MinimumIndex Of(string directory) =>
        TryRead(directory, out var minimum)
            ? minimum
            : throw new LogInconsistentException(
                $"`{Path.Combine(directory, FileName)}` is not what the log wrote: run `bartizan log verify`"
            );

    /// <summary>The same; false when the file is damaged.</summary>
    public static bool TryRead(string directory, out MinimumIndex minimum)
    {
        minimum = None;
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return true;
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            return false;
        }

        var text = File.ReadAllText(path);
        var words = text.Split(' ', '\n');
        if (
            words.Length != 5
            || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var record)
        )
        {
            return false;
        }

        minimum = new MinimumIndex(index, record);
        return minimum.Text() == text && index % Tiles.TilePath.Width == 0 && record >= index;
    }

    /// <summary>Puts it in its place, whole and durable.</summary>
    internal void Save(string directory) =>
        DurableFile.Replace(
            Path.Combine(directory, FileName),
            Encoding.ASCII.GetBytes(Text()),
            UnixFileMode.UserRead | UnixFileMode.UserWrite
        );

    private string Text() => string.Create(CultureInfo.InvariantCulture, $"minimum {Index}\nrecord {Record}\n");
}
