using System.Text;

namespace Bartizan.Sandbox.Programs;

/// <summary>The first line of a script: <c>#!/usr/bin/env node</c>.</summary>
internal static class Shebang
{
    /// <summary>Linux reads this much of the line (BINPRM_BUF_SIZE).</summary>
    private const int MaxBytes = 256;

    /// <summary>The interpreter's words, or null when the file is no script. <c>env</c> is looked through.</summary>
    public static string? Interpreter(string file)
    {
        Span<byte> start = stackalloc byte[MaxBytes];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        start = start[..stream.ReadAtLeast(start, MaxBytes, throwOnEndOfStream: false)];
        if (!start.StartsWith("#!"u8))
        {
            return null;
        }

        var end = start.IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(start[2..(end < 0 ? start.Length : end)]);
        var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            return null;
        }

        if (Path.GetFileName(words[0]) != "env")
        {
            return words[0];
        }

        // env [-S] [NAME=value…] program
        return words.Skip(1).FirstOrDefault(w => w[0] != '-' && !w.Contains('='));
    }
}
