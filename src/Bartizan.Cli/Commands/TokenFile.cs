using Bartizan.Core.Identity;

namespace Bartizan.Cli.Commands;

/// <summary>A token from a file or standard input: on a command line everybody on the host could read it.</summary>
internal static class TokenFile
{
    /// <summary>What stands for standard input.</summary>
    public const string Input = "-";

    /// <summary>The token, without the line's end that editors put; null for none, or for more than any token is.</summary>
    public static async Task<string?> ReadAsync(string from, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = from == Input ? new StreamReader(Console.OpenStandardInput()) : new StreamReader(from);
            var text = new char[JsonWebToken.MaxChars + 2];
            var length = await reader.ReadBlockAsync(text.AsMemory(), cancellationToken);
            var token = new string(text, 0, length).TrimEnd('\r', '\n');
            return token.Length is > 0 and <= JsonWebToken.MaxChars ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
