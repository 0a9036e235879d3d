using System.Globalization;
using System.Text;
using Bartizan.Log;

namespace Bartizan.Records.Export;

/// <summary>
/// How far a sink has come: the index of the first entry that it hasn't taken and the log's name, on the disk. The log is the queue;
/// this is all that a sink remembers.
/// </summary>
internal sealed class SinkCursor(string path, string origin)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private bool _isSaved;

    /// <summary>The number as it stands on the disk; null for a sink that never sent.</summary>
    public long? Value { get; private set; }

    /// <summary>Reads it.</summary>
    /// <exception cref="IOException">When the file holds no number: it isn't guessed at.</exception>
    public void Load()
    {
        if (!File.Exists(path))
        {
            return;
        }

        var words = File.ReadAllText(path).TrimEnd().Split(' ');
        if (
            words.Length > 2
            || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        )
        {
            throw new IOException($"`{path}` holds no entry's index; write one into it, or delete it to start anew");
        }

        // A new log in the old one's place starts at its own first entry, and not where the old one had come to.
        _isSaved = words.Length == 1 || words[1] == origin;
        Value = _isSaved ? index : 0;
    }

    /// <summary>Keeps it: whole or not at all, and on the disk when this returns.</summary>
    public void Save(long next)
    {
        if (Value == next && _isSaved)
        {
            return;
        }

        DurableFile.Replace(
            path,
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{next} {origin}\n")),
            OwnerOnly
        );
        Value = next;
        _isSaved = true;
    }
}
