"""演示数据: the real villages, invented people and records, built through the application's own actions."""
