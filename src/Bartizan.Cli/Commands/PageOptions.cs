using System.CommandLine;
using System.Globalization;
using Bartizan.Records.Queries;

namespace Bartizan.Cli.Commands;

/// <summary>The options that choose a page of an answer.</summary>
internal sealed class PageOptions
{
    private readonly Option<int?> _limit = new("--limit", "-n")
    {
        Description = "Only the newest so many; with `--after`, the oldest behind it.",
    };

    private readonly Option<long?> _before = new("--before") { Description = "Only entries before this index." };
    private readonly Option<long?> _after = new("--after") { Description = "Only entries behind this index." };
    private readonly Option<bool> _newestFirst = new("--newest-first", "-r") { Description = "Turn the order round." };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on as entries are written." };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_limit, _before, _after, _newestFirst, _follow])
        {
            command.Add(option);
        }
    }

    /// <summary>Whether to go on as entries are written.</summary>
    public bool Follows(ParseResult parsed) => parsed.GetValue(_follow);

    /// <summary>The page; null with a problem when it can't be.</summary>
    public LogPage? Read(ParseResult parsed, out string problem)
    {
        problem = "";
        var page = new LogPage
        {
            Limit = parsed.GetValue(_limit),
            Before = parsed.GetValue(_before) ?? long.MaxValue,
            After = parsed.GetValue(_after) ?? -1,
            NewestFirst = parsed.GetValue(_newestFirst),
        };
        if (page.Limit is < 1 or > LogPage.MaxLimit)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"`--limit` is between 1 and {LogPage.MaxLimit}");
        }
        else if (page.Before < 0 || page.After < -1)
        {
            problem = "an index is never below 0";
        }
        else if (Follows(parsed) && (page.NewestFirst || page.Before != long.MaxValue))
        {
            problem = "`--follow` goes forth: it takes neither `--newest-first` nor `--before`";
        }

        return problem.Length == 0 ? page : null;
    }
}
