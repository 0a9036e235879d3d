using System.Collections;
using System.Collections.Immutable;
using System.CommandLine;
using Bartizan.Posture.Credentials;

namespace Bartizan.Cli.Vaults;

/// <summary>What <c>bartizan vault import</c> is told.</summary>
internal sealed class ImportOptions
{
    /// <summary>The folder that is searched.</summary>
    public Argument<string> Folder { get; } =
        new("folder")
        {
            Description = "The workspace that is searched; this folder when left out.",
            DefaultValueFactory = _ => ".",
        };

    /// <summary>The agents that are lent what is moved.</summary>
    public Option<string[]> Agents { get; } =
        new("--agent") { Description = "An agent that may be lent what is moved; any, when left out." };

    /// <summary>Images that are searched.</summary>
    public Option<string[]> Images { get; } =
        new("--image") { Description = "An image to search, a file as `docker save` or `podman save` writes it." };

    /// <summary>Leaves the history out.</summary>
    public Option<bool> NoHistory { get; } = new("--no-history") { Description = "Leave the git history out." };

    /// <summary>Leaves everything outside the folder out.</summary>
    public Option<bool> FolderOnly { get; } =
        new("--folder-only") { Description = "Leave out variables and the configuration of agents in the home." };

    /// <summary>Moves what is only likely, too.</summary>
    public Option<bool> Likely { get; } =
        new("--likely") { Description = "Move what is only likely to be a credential, too." };

    /// <summary>Moves these only.</summary>
    public Option<string[]> Only { get; } =
        new("--only") { Description = "Move this one only, by its name in the list; repeat it for more." };

    /// <summary>Moves.</summary>
    public Option<bool> Write { get; } =
        new("--write") { Description = "Move them; without it the changes are only shown." };

    /// <summary>Prints JSON.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON, without values." };

    /// <summary>Where is looked.</summary>
    public SearchScope Scope(ParseResult parsed)
    {
        var folderOnly = parsed.GetValue(FolderOnly);
        return new SearchScope
        {
            Workspace = Path.GetFullPath(parsed.GetValue(Folder)!),
            Home = folderOnly ? null : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            Variables = folderOnly
                ? ImmutableDictionary<string, string>.Empty
                : Environment
                    .GetEnvironmentVariables()
                    .Cast<DictionaryEntry>()
                    .ToImmutableDictionary(v => (string)v.Key, v => (string?)v.Value ?? "", StringComparer.Ordinal),
            History = !parsed.GetValue(NoHistory),
            Images = [.. parsed.GetValue(Images) ?? []],
        };
    }
}
