#!/bin/sh
# Runs once, when the database volume is empty. Makes the owner of the tables, who is no superuser, and the app's login role, which
# has no right of its own: `lianjian migrate` grants it the product's roles, and every transaction takes exactly one of them.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE lianjian_owner LOGIN CREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE lianjian_app LOGIN NOINHERIT NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE lianjian OWNER lianjian_owner;
REVOKE ALL ON DATABASE lianjian FROM PUBLIC;
GRANT CONNECT ON DATABASE lianjian TO lianjian_app;
SQL
