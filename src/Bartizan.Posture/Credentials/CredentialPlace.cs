namespace Bartizan.Posture.Credentials;

/// <summary>One place where a static credential lies.</summary>
/// <param name="Kind">What kind of place.</param>
/// <param name="Name">The place as people say it: a file, a variable, an object of a repository.</param>
/// <param name="Line">The line, from 1; 0 where there are none.</param>
public sealed record CredentialPlace(CredentialPlaceKind Kind, string Name, int Line)
{
    /// <summary>The file, where the value can be taken out of it.</summary>
    public string? File { get; init; }

    /// <summary>Where the value begins in the file's text, in UTF-16 code units.</summary>
    public int Start { get; init; }
}
