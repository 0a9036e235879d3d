using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Bartizan.Posture.Credentials;

/// <summary>Finds static credentials: in a workspace and its history, the configuration of agents, variables, and images.</summary>
public static partial class CredentialSearch
{
    /// <summary>Characters before a value in which its name is looked for.</summary>
    private const int NameReach = 120;

    /// <summary>Credentials that are kept apart; more are counted as places that weren't looked at.</summary>
    private const int MaxCredentials = 10_000;

    /// <summary>Places of one credential that are kept.</summary>
    private const int MaxPlaces = 100;

    private static readonly ImmutableHashSet<string> _schemes = ["bearer", "basic", "token", "authorization"];

    /// <summary>Looks everywhere in a scope.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="find">What finds a credential in a text.</param>
    /// <param name="tally">Takes what was looked at and left out.</param>
    /// <param name="progress">Told how many bytes were looked at, now and then; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static ImmutableArray<StaticCredential> Run(
        SearchScope scope,
        CredentialFinder find,
        SearchTally tally,
        IProgress<long>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(find);
        ArgumentNullException.ThrowIfNull(tally);
        var found = new Dictionary<string, StaticCredential>(StringComparer.Ordinal);
        var repository = new RepositoryTexts(scope.Workspace, tally);
        var told = 0L;
        foreach (var text in Texts(scope, repository, tally))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var value in find(text.Text))
            {
                Add(found, text, Narrowed(text.Text, value), tally);
            }

            if (tally.Bytes - told > 16 << 20)
            {
                told = tally.Bytes;
                progress?.Report(told);
            }
        }

        return [.. Named(found.Values, scope.History ? repository : null).OrderByDescending(one => one.Confidence)];
    }

    private static IEnumerable<SearchedText> Texts(SearchScope scope, RepositoryTexts repository, SearchTally tally)
    {
        foreach (var text in WorkspaceTexts.Of(scope.Workspace, tally))
        {
            yield return text;
        }

        foreach (var text in scope.Home is { } home ? WorkspaceTexts.Configurations(home, tally) : [])
        {
            yield return text;
        }

        foreach (var (name, value) in scope.Variables.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            yield return new SearchedText(CredentialPlaceKind.Variable, name, $"{name}={value}");
        }

        foreach (var text in scope.History ? repository.All() : [])
        {
            yield return text;
        }

        foreach (var text in scope.Images.SelectMany(image => ImageTexts.Of(image, tally)))
        {
            yield return text;
        }
    }

    // user:password@host is found whole; the password is what is drawn by lot.
    private static FoundValue Narrowed(string text, FoundValue value)
    {
        if (value.Kind != "url-credentials")
        {
            return value;
        }

        var said = text.AsSpan(value.Start, value.End - value.Start);
        var at = said.LastIndexOf('@');
        var colon = said.IndexOf(':');
        var end = at > colon ? at : said.Length;
        return value with
        {
            Start = value.Start + colon + 1,
            End = value.Start + end,
            IsWhole = value.IsWhole && said[(colon + 1)..end].IndexOf('%') < 0,
        };
    }

    private static void Add(
        Dictionary<string, StaticCredential> found,
        SearchedText text,
        FoundValue value,
        SearchTally tally
    )
    {
        var said = text.Text[value.Start..value.End];
        if (said.Length == 0)
        {
            return;
        }

        // Behind a backslash the value goes on in another spelling.
        var isWhole = value.IsWhole && (value.End == text.Text.Length || text.Text[value.End] != '\\');
        var line = text.Kind == CredentialPlaceKind.Variable ? 0 : 1 + text.Text.AsSpan(0, value.Start).Count('\n');
        var place = new CredentialPlace(text.Kind, text.Name, line)
        {
            File = isWhole ? text.File : null,
            Start = value.Start,
        };
        if (found.TryGetValue(said, out var known))
        {
            found[said] = known with
            {
                Confidence = Math.Max(known.Confidence, value.Confidence),
                Places =
                    known.Places.Length < MaxPlaces && !known.Places.Contains(place)
                        ? known.Places.Add(place)
                        : known.Places,
            };
        }
        else if (found.Count < MaxCredentials)
        {
            var name =
                text.Kind == CredentialPlaceKind.Variable ? text.Name
                : value.Kind == "url-credentials" ? null
                : NameBefore(text.Text, value.Start);
            found[said] = new StaticCredential(
                value.Kind,
                Fit(name is null || _schemes.Contains(name.ToLowerInvariant()) ? value.Kind : name),
                said,
                value.Confidence,
                [place]
            );
        }
        else
        {
            tally.SkippedFiles++;
        }
    }

    private static string? NameBefore(string text, int start)
    {
        var from = Math.Max(text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1, start - NameReach);
        return AssignedName().Match(text[from..start]) is { Success: true } match ? match.Groups["name"].Value : null;
    }

    private static string Fit(string name)
    {
        var fit = string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        fit = Dashes().Replace(fit, "-").Trim('-');
        return fit.Length == 0 ? "credential" : fit[..Math.Min(fit.Length, 60)].Trim('-');
    }

    // Two credentials of one name are told apart by number; objects are named by their paths.
    private static IEnumerable<StaticCredential> Named(IEnumerable<StaticCredential> found, RepositoryTexts? repository)
    {
        var all = found.ToList();
        var objects = all.SelectMany(one => one.Places)
            .Where(place => place.Kind == CredentialPlaceKind.History)
            .Select(place => place.Name)
            .ToHashSet(StringComparer.Ordinal);
        var paths = objects.Count > 0 && repository is not null ? repository.PathsOf(objects) : null;
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var one in all)
        {
            var number = taken[one.Name] = taken.GetValueOrDefault(one.Name) + 1;
            yield return one with
            {
                Name = number == 1 ? one.Name : $"{one.Name}-{number}",
                Places = [.. one.Places.Select(place => Described(place, paths))],
            };
        }
    }

    private static CredentialPlace Described(CredentialPlace place, IReadOnlyDictionary<string, string>? paths) =>
        place.Kind != CredentialPlaceKind.History
            ? place
            : place with
            {
                Name =
                    paths?.TryGetValue(place.Name, out var path) == true
                        ? $"{path} ({place.Name[..10]})"
                        : $"a message, or an object that no commit holds ({place.Name[..10]})",
            };

    [GeneratedRegex(
        @"(?<name>[A-Za-z_][A-Za-z0-9_.\-]{0,59})[""'`\]\s]{0,4}[:=]\s{0,4}[""'`]?(?:[Bb]earer |[Bb]asic |[Tt]oken )?$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex AssignedName();

    [GeneratedRegex("-{2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Dashes();
}
