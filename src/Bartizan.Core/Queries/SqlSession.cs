using System.Collections.Immutable;

namespace Bartizan.Core.Queries;

/// <summary>
/// The statements that are about the connection only: transactions, and the few settings that drivers set when they connect and that
/// change neither what is read nor as whom. They are no actions.
/// </summary>
internal static class SqlSession
{
    private static readonly string[] s_transactions =
    [
        "begin",
        "start transaction",
        "commit",
        "end",
        "rollback",
        "abort",
    ];

    private static readonly string[] s_modes =
    [
        "",
        "read only",
        "read write",
        "isolation level read committed",
        "isolation level repeatable read",
        "isolation level serializable",
        "isolation level read committed read only",
        "isolation level repeatable read read only",
        "isolation level serializable read only",
    ];

    private static readonly HashSet<string> s_shown = new(
        [
            SqlSettings.Name,
            .. SqlSettings.Fixed.Keys,
            "client_encoding",
            "server_encoding",
            "server_version",
            "server_version_num",
            "standard_conforming_strings",
            "transaction_isolation",
            "search_path",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>What it is; unknown for everything else.</summary>
    public static SqlVerb Read(ImmutableArray<SqlToken> tokens)
    {
        var words = tokens[..^1];
        if (words.All(t => t.Kind == SqlTokenKind.Word) && IsTransaction(words))
        {
            return SqlVerb.Transaction;
        }

        return IsPlace(words) ? SqlVerb.Transaction
            : IsSetting(words) || IsShown(words) || IsLetGo(words) ? SqlVerb.Setting
            : SqlVerb.Unknown;
    }

    private static bool IsTransaction(ImmutableArray<SqlToken> words)
    {
        var text = string.Join(' ', words.Select(w => w.Text.ToLowerInvariant()));
        var head = s_transactions.FirstOrDefault(one =>
            text == one || text.StartsWith(one + " ", StringComparison.Ordinal)
        );
        if (head is null)
        {
            return text.StartsWith("set transaction ", StringComparison.Ordinal)
                && s_modes.Contains(text["set transaction ".Length..]);
        }

        var rest = text[head.Length..].TrimStart();
        return rest is "transaction" or "work"
            || (
                head is "begin" or "start transaction"
                    ? s_modes.Contains(rest)
                        || s_modes.Contains(rest.Replace("transaction ", "", StringComparison.Ordinal))
                    : rest.Length == 0
            );
    }

    // SAVEPOINT, RELEASE and ROLLBACK TO.
    private static bool IsPlace(ImmutableArray<SqlToken> words) =>
        words is [var first, .. var rest]
        && (
            (first.Is("savepoint") && rest is [var only] && IsName(only))
            || (first.Is("release") && IsNamed(rest))
            || (first.Is("rollback") && rest is [var to, .. var named] && to.Is("to") && IsNamed(named))
        );

    private static bool IsNamed(ImmutableArray<SqlToken> rest) =>
        rest is [var name] ? IsName(name) : rest is [var word, var after] && word.Is("savepoint") && IsName(after);

    private static bool IsSetting(ImmutableArray<SqlToken> words)
    {
        if (words is not [var set, .. var rest] || !set.Is("set"))
        {
            return false;
        }

        rest = rest is [var scope, ..] && (scope.Is("session") || scope.Is("local")) ? rest[1..] : rest;
        if (rest is not [var name, var sign, .. var values] || !(sign.IsSign("=") || sign.Is("to")) || values.IsEmpty)
        {
            return false;
        }

        var plain = values.All(v => IsValue(v) || v.IsSign(","));
        return name.Kind == SqlTokenKind.Word
            && (
                name.Is("client_encoding")
                    ? values is [var one] && IsUtf8(one)
                    : plain && SqlSettings.IsKept(name.Text, string.Concat(values.Select(v => v.Text)))
            );
    }

    // What is read is read in one encoding only: another would make other bytes a quote.
    private static bool IsUtf8(SqlToken value) =>
        IsValue(value)
        && value.Text.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is "UTF8" or "UNICODE";

    private static bool IsShown(ImmutableArray<SqlToken> words) =>
        words is [var show, var name]
        && show.Is("show")
        && name.Kind == SqlTokenKind.Word
        && s_shown.Contains(name.Text);

    private static bool IsLetGo(ImmutableArray<SqlToken> words) =>
        words switch
        {
            [var discard, var all] when discard.Is("discard") || discard.Is("reset") => all.Is("all"),
            [var deallocate, var what] when deallocate.Is("deallocate") => what.Is("all"),
            _ => false,
        };

    private static bool IsName(SqlToken token) => token.Kind is SqlTokenKind.Word or SqlTokenKind.Quoted;

    private static bool IsValue(SqlToken token) =>
        token.Kind is SqlTokenKind.Word or SqlTokenKind.Text or SqlTokenKind.Number;
}
