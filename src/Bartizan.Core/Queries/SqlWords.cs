namespace Bartizan.Core.Queries;

/// <summary>Words of SQL.</summary>
internal static class SqlWords
{
    /// <summary>What can't be a name without quotes: words that begin something, here or on some server.</summary>
    public static HashSet<string> Reserved { get; } =
        Of(
            """
            select from where group having order limit offset fetch union intersect except on using join inner left right
            full cross natural lateral with as and or not in is like ilike between case when then else end null true false
            into for window exists distinct all any some by asc desc over partition filter cast set insert update delete
            create drop alter table values returning procedure lock tablesample only unnest recursive escape collate array
            row straight_join
            """,
            StringComparer.OrdinalIgnoreCase
        );

    /// <summary>Common functions that compute something of what they are given, and neither read nor write anything else.</summary>
    public static HashSet<string> Pure { get; } =
        Of(
            """
            abs avg ceil ceiling char_length coalesce concat count date date_part date_trunc day dense_rank extract
            first_value floor greatest group_concat hour ifnull lag last_value lead least left length lower ltrim max min
            minute mod month now ntile nullif position power rank replace right round row_number rtrim sign sqrt strftime
            string_agg substr substring sum total trim upper year
            """,
            StringComparer.Ordinal
        );

    /// <summary>Types whose values mean the same in any database: numbers, texts, times.</summary>
    public static HashSet<string> Types { get; } =
        Of(
            """
            bigint binary blob bool boolean bpchar bytea char character clob date datetime decimal double float float4 float8
            int int2 int4 int8 integer interval json jsonb mediumint nchar numeric nvarchar real signed smallint text time
            timestamp timestamptz timetz tinyint unsigned uuid varbinary varchar
            """,
            StringComparer.OrdinalIgnoreCase
        );

    private static HashSet<string> Of(string words, StringComparer comparer) =>
        words
            .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToHashSet(comparer);
}
