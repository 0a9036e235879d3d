using System.Globalization;
using System.Text;
using Bartizan.Log;

namespace Bartizan.Records.Export;

/// <summary>
/// How far a sink has come: the index of the first entry that it hasn't taken, on the disk. The log is the queue; this number is
/// all that a sink remembers.
/// </summary>
internal sealed class SinkCursor(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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

        var text = File.ReadAllText(path).TrimEnd();
        Value = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new IOException($"`{path}` holds no entry's index; write one into it, or delete it to start anew");
    }

    /// <summary>Keeps it: whole or not at all, and on the disk when this returns.</summary>
    public void Save(long next)
    {
        if (Value == next)
        {
            return;
        }

        DurableFile.Replace(
            path,
            Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture) + "\n"),
            OwnerOnly
        );
        Value = next;
    }
}
