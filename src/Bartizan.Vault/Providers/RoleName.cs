using System.Security.Cryptography;
using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Providers;

/// <summary>The names of the roles that are made: the session stands in them, for whoever looks at the server.</summary>
public static class RoleName
{
    private const string Start = "bz_";

    private const int RandomBytes = 4;

    /// <summary>A name for a session's role that none had before.</summary>
    public static string New(SessionId session) =>
        $"{Start}{session.ToString()[2..]}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))}";

    /// <summary>True for a name of this form; no other is ever dropped.</summary>
    public static bool IsOne(string name) =>
        name is not null
        && name.StartsWith(Start, StringComparison.Ordinal)
        && name.Length < 64
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
