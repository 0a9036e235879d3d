using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Posture.Credentials;

/// <summary>Takes values out of files. A file that changed since it was searched is left alone.</summary>
public static class CredentialMoves
{
    /// <summary>What changes in which file.</summary>
    public static ImmutableArray<FileEdit> Edits(IEnumerable<CredentialMove> moves)
    {
        ArgumentNullException.ThrowIfNull(moves);
        var changes = moves
            .SelectMany(move =>
                move.Credential.Places.Where(place => place.File is not null)
                    .Select(place => (place.File, place.Start, move.Credential.Value, move.Mark))
            )
            .GroupBy(one => one.File!, StringComparer.Ordinal);
        var edits = ImmutableArray.CreateBuilder<FileEdit>();
        foreach (var file in changes.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            if (Read(file.Key) is { } text)
            {
                var still = file.Where(one =>
                        string.CompareOrdinal(text, one.Start, one.Value, 0, one.Value.Length) == 0
                    )
                    .Select(one => new TextChange(one.Start, one.Start + one.Value.Length, one.Mark));
                edits.Add(new FileEdit(file.Key, text, [.. Apart(still)]));
            }
        }

        return edits.ToImmutable();
    }

    /// <summary>Carries one edit out, at once or not at all; null, or why not.</summary>
    public static string? Apply(FileEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var beside = $"{edit.File}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        try
        {
            if (Read(edit.File) != edit.Before)
            {
                return "it changed meanwhile and was left alone: run this once more";
            }

            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = File.GetUnixFileMode(edit.File),
            };
            using (var file = new FileStream(beside, options))
            {
                file.Write(Encoding.UTF8.GetBytes(edit.After));
                file.Flush(flushToDisk: true);
            }

            File.SetUnixFileMode(beside, File.GetUnixFileMode(edit.File));
            File.Move(beside, edit.File, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(beside);
            return "it can't be written: take the value out by hand";
        }
    }

    private static string? Read(string file)
    {
        try
        {
            var bytes = File.ReadAllBytes(file);
            return TextBytes.TryRead(bytes, out var text) && TextBytes.IsSame(text, bytes) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // One value may lie in another: the longer one covers it.
    private static IEnumerable<TextChange> Apart(IEnumerable<TextChange> changes)
    {
        var end = 0;
        foreach (var change in changes.OrderBy(one => one.Start).ThenByDescending(one => one.End))
        {
            if (change.Start >= end)
            {
                end = change.End;
                yield return change;
            }
        }
    }
}
