using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bartizan.Cli.Commands;

/// <summary>What is wrong with a command line, in one sentence: the parser's own name types and break lines.</summary>
internal static class UsageError
{
    /// <summary>The first mistake of a command line that has some.</summary>
    public static string Of(ParseResult parsed, string path)
    {
        var command = parsed.CommandResult.Command;
        if (command.Action is null)
        {
            var nouns = string.Join(", ", command.Subcommands.Where(noun => !noun.Hidden).Select(noun => noun.Name));
            return parsed.UnmatchedTokens.Count > 0
                ? $"`{path}` has no command `{parsed.UnmatchedTokens[0]}`"
                : $"`{path}` needs one of its commands: {nouns}";
        }

        return Said(parsed.Errors[0]);
    }

    private static string Said(ParseError error)
    {
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing)
        {
            return $"<{missing.Argument.Name}> is missing";
        }

        var text = error.Message.TrimEnd('.');
        var type = text.IndexOf(" as expected type", StringComparison.Ordinal);
        return (type < 0 ? text : text[..type])
            .ReplaceLineEndings("\n")
            .Replace(":\n\t", ": ", StringComparison.Ordinal)
            .Replace("\n\t", ", ", StringComparison.Ordinal)
            .Replace('\'', '`');
    }
}
