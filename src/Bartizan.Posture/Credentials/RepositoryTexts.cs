using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Bartizan.Posture.Credentials;

/// <summary>
/// Every object of a repository, current or not, reachable or not, by the system's <c>git</c>. The repository may be hostile:
/// nothing of its configuration that starts a program is used, and nothing is fetched.
/// </summary>
internal sealed class RepositoryTexts(string folder, SearchTally tally)
{
    /// <summary>Bytes of objects that are looked at.</summary>
    private const long MaxBytes = 4L << 30;

    /// <summary>The longest line between two objects.</summary>
    private const int MaxLine = 256;

    /// <summary>The texts, one after the other; their names are the objects' ids.</summary>
    public IEnumerable<SearchedText> All()
    {
        using var git = Start("cat-file", "--batch", "--batch-all-objects", "--unordered", "--buffer");
        if (git is null)
        {
            yield break;
        }

        try
        {
            using var stream = new BufferedStream(git.StandardOutput.BaseStream, 1 << 20);
            var total = 0L;
            while (ReadLine(stream) is { } line)
            {
                var parts = line.Split(' ');
                if (parts is [_, "missing"])
                {
                    continue;
                }

                if (
                    parts.Length != 3
                    || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                )
                {
                    tally.Problems.Add("the history could be read in part only");
                    yield break;
                }

                total += size;
                if (total > MaxBytes)
                {
                    tally.Problems.Add($"of the history {MaxBytes >> 30} GiB were looked at, and no more");
                    yield break;
                }

                // Trees hold names; what is too large to be a text of people is skipped unread.
                var isRead = parts[1] is not "tree" && size <= TextBytes.MaxBytes;
                tally.SkippedFiles += isRead || parts[1] is "tree" ? 0 : 1;
                var text = Take(stream, size, isRead);
                if (text is not null)
                {
                    tally.Bytes += size;
                    yield return new SearchedText(CredentialPlaceKind.History, parts[0], text);
                }
            }
        }
        finally
        {
            End(git);
        }
    }

    /// <summary>The paths that objects were found at; objects that no commit holds have none.</summary>
    public IReadOnlyDictionary<string, string> PathsOf(IReadOnlySet<string> objects)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        using var git = Start("rev-list", "--objects", "--all", "--reflog");
        if (git is null)
        {
            return paths;
        }

        try
        {
            while (git.StandardOutput.ReadLine() is { } line)
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                if (space > 0 && space + 1 < line.Length && objects.Contains(line[..space]))
                {
                    paths.TryAdd(line[..space], line[(space + 1)..]);
                }
            }
        }
        finally
        {
            End(git);
        }

        return paths;
    }

    private Process? Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "git",
            [
                "--no-replace-objects",
                "--no-optional-locks",
                "-c",
                "protocol.allow=never",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.alternateRefsCommand=true",
                "-C",
                folder,
                .. arguments,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.Latin1,
            UseShellExecute = false,
        };
        start.Environment["GIT_NO_LAZY_FETCH"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        try
        {
            var git = Process.Start(start)!;
            git.StandardInput.Close();
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            return git;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            tally.Problems.Add("the history was not looked at: `git` isn't installed");
            return null;
        }
    }

    private void End(Process git)
    {
        if (git.WaitForExit(TimeSpan.FromSeconds(1)))
        {
            if (git.ExitCode != 0)
            {
                tally.Problems.Add("the history could not be read by `git`; is this folder a repository of yours?");
            }

            return;
        }

        git.Kill();
        git.WaitForExit();
    }

    private static string? ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (int c; (c = stream.ReadByte()) >= 0 && line.Length < MaxLine; )
        {
            if (c == '\n')
            {
                return line.ToString();
            }

            line.Append((char)c);
        }

        return null;
    }

    private static string? Take(Stream stream, long size, bool isRead)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(isRead ? (int)size + 1 : 1 << 16);
        try
        {
            if (isRead)
            {
                // The newline behind it is git's.
                var took = stream.ReadAtLeast(
                    buffer.AsSpan(0, (int)size + 1),
                    (int)size + 1,
                    throwOnEndOfStream: false
                );
                return took == size + 1 && TextBytes.TryRead(buffer.AsSpan(0, (int)size), out var text) ? text : null;
            }

            for (var left = size + 1; left > 0; )
            {
                var took = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (took == 0)
                {
                    return null;
                }

                left -= took;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
